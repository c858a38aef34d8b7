/** The connection doctor's part of the contract: it goes the way of a connection step by step and says where it ends. */
import type { Profile } from './profile';
import type { SecretName } from './secret';

/** In the order in which a connection comes about; a run has those that its settings need. */
export const DOCTOR_STEPS = [
  'resolve',
  /** One in the file system, or a named pipe: then there is no name and no port. */
  'socket',
  'tcp',
  'proxy',
  'tls',
  'websocket',
  'connect',
  'subscribe',
  'ping',
  'round-trip',
] as const;
export type DoctorStepId = (typeof DOCTOR_STEPS)[number];

export type DoctorTone = 'good' | 'warn' | 'bad' | 'neutral';

export interface DoctorViews {
  doctor: { readonly params: DoctorParams; readonly frame: DoctorFrame };
}

export interface DoctorParams {
  /** Another number begins another run; the one before is broken off. */
  readonly runId: number;
  /** The settings to test, as typed or as saved. */
  readonly profile: Profile;
  /** Secrets as typed, or, with null, removed; the others are those that are stored for the profile. */
  readonly secrets: readonly { readonly name: SecretName; readonly value: string | null }[];
  /** Whether a message of its own is published and received back. */
  readonly publishes: boolean;
  /** Whether the profile's own client id is used, which throws out whoever uses it now. */
  readonly usesClientId: boolean;
  /** False breaks the run off. */
  readonly isWanted: boolean;
}

export interface DoctorFrame {
  readonly runId: number;
  readonly state: 'running' | 'done' | 'cancelled';
  /** What is tested: `mqtts://broker.example.com:8883`. */
  readonly target: string;
  /** Wall clock, ms. */
  readonly startedAtMs: number;
  readonly clientId: string;
  readonly steps: readonly DoctorStep[];
  /** What it all means; null while it runs. */
  readonly verdict: DoctorVerdict | null;
}

export interface DoctorStep {
  readonly id: DoctorStepId;
  readonly status: 'pending' | 'running' | 'ok' | 'warning' | 'failed' | 'skipped';
  /** Null as long as it has not begun. */
  readonly tookMs: number | null;
  /** What came of it, in a few words; empty before. */
  readonly summary: string;
  readonly facts: readonly DoctorFact[];
  /** The server's own certificate first. */
  readonly certificates: readonly CertificateCard[];
}

export interface DoctorFact {
  readonly label: string;
  readonly value: string;
  readonly tone: DoctorTone;
}

/** What a certificate says of itself: its maker's words. */
export interface CertificateCard {
  readonly role: 'server' | 'intermediate' | 'root';
  /** On one line: `CN=broker, O=Plant`. */
  readonly subject: string;
  readonly issuer: string;
  readonly validFromMs: number;
  readonly validToMs: number;
  /** Host names and IP addresses that it is for. */
  readonly names: readonly string[];
  readonly keyUsage: readonly string[];
  /** `RSA, 2048 bits`. */
  readonly key: string;
  /** SHA-256, `F4:EE:48:…`. */
  readonly fingerprint: string;
  readonly isSelfSigned: boolean;
  /** Whether it is one of the authorities that are trusted here. */
  readonly isTrusted: boolean;
  /** What is wrong with it, in a few words; null when nothing is. */
  readonly problem: string | null;
}

/** What the first step that failed, or all together, means for a person. */
export interface DoctorVerdict {
  readonly tone: 'good' | 'warn' | 'bad';
  /** What happened, one sentence. */
  readonly title: string;
  /** What that means, in plain words. */
  readonly text: string;
  /** The likely causes, the likeliest first. */
  readonly causes: readonly string[];
  /** What can be done with a click, the likeliest to help first. */
  readonly fixes: readonly DoctorFix[];
  /** The technical text as it came; empty when there is none. */
  readonly technical: string;
}

/** Settings that a click changes. */
export type ProfileChange = Partial<
  Pick<
    Profile,
    | 'protocol'
    | 'host'
    | 'port'
    | 'path'
    | 'version'
    | 'clientId'
    | 'subscriptions'
    | 'keepAlive'
    | 'tls'
    | 'webSocket'
    | 'proxy'
  >
>;

/** Where in the connection dialog a person has to go on. */
export type DoctorSection =
  'general' | 'sign-in' | 'tls' | 'web-socket' | 'proxy' | 'mqtt' | 'subscriptions' | 'will';

export type DoctorFix =
  | {
      readonly kind: 'change';
      readonly label: string;
      readonly change: ProfileChange;
      /** What a person has to agree to first; null when nothing. */
      readonly confirm: string | null;
    }
  | { readonly kind: 'open-settings'; readonly label: string; readonly section: DoctorSection }
  | { readonly kind: 'use-client-id'; readonly label: string; readonly confirm: string }
  | {
      readonly kind: 'trust-certificate';
      readonly label: string;
      readonly fingerprint: string;
      readonly confirm: string;
    }
  | { readonly kind: 'add-authority'; readonly label: string }
  | { readonly kind: 'unlock-vault'; readonly label: string };
