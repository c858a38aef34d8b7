import { randomBytes } from 'node:crypto';
import type { Duplex } from 'node:stream';
import type { Packet } from 'mqtt-packet';
import type { PortSpeech } from '../../../app/doctor/finding';
import type { Protocol } from '../../../app/profile';
import { MqttProbe, PROTOCOLS } from './mqtt-probe';
import { PLAIN_WEB_SOCKET, type DoctorWay } from './settings';
import { openTls } from './tls-probe';
import { openWebSocket, UpgradeError } from './web-socket-probe';
import { within } from './time-limit';

const ATTEMPT_MS = 2_500;
const USUAL_PATHS = ['/mqtt', '/ws', '/'] as const;

export type OpenCarrier = (signal: AbortSignal) => Promise<Duplex>;

/**
 * Finds out what a port speaks that does not speak what the settings say, with connections of its own that carry no
 * credentials: a TLS handshake, a greeting without a name, a WebSocket's request. Null: nothing that was tried.
 */
export async function recognise(
  way: DoctorWay,
  open: OpenCarrier,
  signal: AbortSignal,
): Promise<PortSpeech | null> {
  // What is asked for first is what is configured most often.
  const isPlain = way.protocol === 'mqtt' || way.protocol === 'ws';
  for (const secure of isPlain ? [true, false] : [false, true]) {
    const found = await recogniseLayer(way, secure, open, signal);
    if (found !== null) return found;
  }
  return null;
}

async function recogniseLayer(
  way: DoctorWay,
  secure: boolean,
  open: OpenCarrier,
  signal: AbortSignal,
): Promise<PortSpeech | null> {
  const carry = secure ? overTls(way, open) : open;
  if (secure) {
    const speaksTls = await attempt(carry, signal, () => Promise.resolve(true));
    if (speaksTls === null) return null;
  }
  const mqtt: Protocol = secure ? 'mqtts' : 'mqtt';
  if (way.protocol !== mqtt && (await speaksMqtt(carry, signal))) {
    return { kind: 'broker', protocol: mqtt, path: way.path };
  }
  const webSocket = secure ? 'wss' : 'ws';
  if (way.protocol !== webSocket) {
    const web = await findWebSocket({ ...way, protocol: webSocket }, carry, signal);
    if (web?.path !== undefined && web.path !== null)
      return { kind: 'broker', protocol: webSocket, path: web.path };
    if (web !== null) return { kind: 'web', protocol: webSocket };
  }
  const wasSecure = way.protocol === 'mqtts' || way.protocol === 'wss';
  return secure && !wasSecure ? { kind: 'tls' } : null;
}

function overTls(way: DoctorWay, open: OpenCarrier): OpenCarrier {
  return async (signal) => {
    const carrier = await open(signal);
    try {
      return await openTls({ ...way, tls: { ...way.tls, alpn: [] } }, carrier, signal);
    } catch (error) {
      carrier.destroy();
      throw error;
    }
  };
}

/** Null when it did not come about; what was opened is closed. */
async function attempt<T>(
  open: OpenCarrier,
  signal: AbortSignal,
  work: (carrier: Duplex, signal: AbortSignal) => Promise<T>,
): Promise<T | null> {
  let carrier: Duplex | undefined;
  try {
    return await within(ATTEMPT_MS, signal, async (stop) => {
      carrier = await open(stop);
      return await work(carrier, stop);
    });
  } catch {
    // An attempt that fails says that this is not what the port speaks.
    signal.throwIfAborted();
    return null;
  } finally {
    carrier?.destroy();
  }
}

/** Whether a greeting without a name is answered as MQTT is, with whatever. */
async function speaksMqtt(open: OpenCarrier, signal: AbortSignal): Promise<boolean> {
  const answer = await attempt(open, signal, (carrier, stop) => {
    const probe = new MqttProbe(carrier, '3.1.1');
    const clientId = `loupe-doctor-${randomBytes(4).toString('hex')}`;
    const greeting: Packet = { cmd: 'connect', clientId, clean: true, ...PROTOCOLS['3.1.1'] };
    return probe.answer(
      greeting,
      (packet): packet is Packet => packet.cmd === 'connack',
      ATTEMPT_MS,
      stop,
    );
  });
  return answer !== null;
}

/** The first usual path with a broker; a null path: a web server without one. Null: no web server. */
export async function findWebSocket(
  way: DoctorWay,
  open: OpenCarrier,
  signal: AbortSignal,
  except?: string,
): Promise<{ readonly path: string | null } | null> {
  let isWeb = false;
  // Headers may be secrets: what is only tried is not told them.
  const plain = { ...way, webSocket: PLAIN_WEB_SOCKET };
  const paths = [...new Set([way.path === '' ? '/' : way.path, ...USUAL_PATHS])];
  for (const path of paths.filter((one) => one !== except)) {
    const found = await attempt(open, signal, async (carrier, stop) => {
      try {
        (await openWebSocket(plain, path, carrier, stop)).destroy();
        return 'open' as const;
      } catch (error) {
        if (error instanceof UpgradeError && error.status !== null) return 'web' as const;
        throw error;
      }
    });
    if (found === 'open') return { path };
    if (found === null) return isWeb ? { path: null } : null;
    isWeb = true;
  }
  return isWeb ? { path: null } : null;
}
