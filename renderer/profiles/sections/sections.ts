import type { Component } from 'svelte';
import { usesTls } from '../../../app/broker-address';
import type { ProfileForm } from '../profile-form.svelte';
import GeneralSection from './GeneralSection.svelte';
import HistorySection from './HistorySection.svelte';
import MqttSection from './MqttSection.svelte';
import ProxySection from './ProxySection.svelte';
import SignInSection from './SignInSection.svelte';
import SubscriptionsSection from './SubscriptionsSection.svelte';
import TlsSection from './TlsSection.svelte';
import WebSocketSection from './WebSocketSection.svelte';
import WillSection from './WillSection.svelte';

/** A part of the connection dialog: it stands in the list at the left and on the page. */
export interface ProfileSection {
  readonly id: string;
  readonly label: string;
  readonly component: Component<{ readonly form: ProfileForm }>;
  /** Fields (and all below them) whose problems are its own. */
  readonly fields: readonly string[];
  /** Whether it has a meaning for what is chosen; always when left out. */
  readonly isShown?: (form: ProfileForm) => boolean;
}

/** In the order in which people need them. */
export const PROFILE_SECTIONS: readonly ProfileSection[] = [
  {
    id: 'general',
    label: 'General',
    component: GeneralSection,
    fields: ['name', 'host', 'port', 'path', 'socketPath', 'organisation'],
  },
  {
    id: 'sign-in',
    label: 'Sign-in',
    component: SignInSection,
    fields: ['username', 'authentication'],
  },
  {
    id: 'tls',
    label: 'TLS',
    component: TlsSection,
    fields: ['tls'],
    isShown: ({ fields }) => usesTls(fields),
  },
  {
    id: 'web-socket',
    label: 'WebSocket',
    component: WebSocketSection,
    fields: ['webSocket'],
    isShown: ({ fields }) => fields.protocol.startsWith('ws'),
  },
  {
    id: 'proxy',
    label: 'Proxy',
    component: ProxySection,
    fields: ['proxy'],
    isShown: ({ fields }) => fields.protocol !== 'unix',
  },
  {
    id: 'mqtt',
    label: 'MQTT',
    component: MqttSection,
    fields: ['clientId', 'keepAlive', 'maximumPacketMegabytes', 'connect'],
  },
  {
    id: 'subscriptions',
    label: 'Subscriptions',
    component: SubscriptionsSection,
    fields: ['subscriptions'],
  },
  { id: 'will', label: 'Last will', component: WillSection, fields: ['will'] },
  {
    id: 'history',
    label: 'History',
    component: HistorySection,
    fields: ['historyGigabytes', 'historyDays'],
  },
];
