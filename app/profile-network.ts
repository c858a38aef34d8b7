import * as v from 'valibot';

const singleLine = (what: string, maximum: number): v.GenericSchema<string> =>
  v.pipe(
    v.string(),
    v.maxLength(maximum, `${what} may have at most ${String(maximum)} characters.`),
    v.check(
      (text) => ![...text].some((character) => character < ' ' || character === '\u007f'),
      `${what} must not contain control characters or line breaks.`,
    ),
  );

/** Headers that the handshake (RFC 6455 §4.1) or a field of its own sets. */
const OWN_HEADERS =
  /^(?:host|upgrade|connection|content-length|transfer-encoding|sec-websocket-.*)$/iu;
const SECRET_HEADERS = /^(?:authorization|cookie)$/iu;

export const webSocketSettingsSchema = v.object({
  /** Asked for in the handshake [MQTT-6.0.0-3]; empty for none, as a few old servers want it. */
  subprotocol: v.pipe(
    v.string(),
    v.regex(
      /^[\w!#$%&'*+.^`|~-]*$/u,
      'The subprotocol is one word, as mqtt or mqttv3.1, without spaces.',
    ),
    v.maxLength(100, 'The subprotocol may have at most 100 characters.'),
  ),
  headers: v.pipe(
    v.array(
      v.object({
        name: v.pipe(
          v.string(),
          v.regex(
            /^[\w!#$%&'*+.^`|~-]{1,100}$/u,
            'The name of a header has letters, digits and dashes, for example X-Tenant.',
          ),
          v.check(
            (name) => !OWN_HEADERS.test(name),
            'The WebSocket handshake sets this header itself.',
          ),
          v.check(
            (name) => !SECRET_HEADERS.test(name),
            'This header is a secret: it belongs into the field Authorization, which is kept with the passwords.',
          ),
        ),
        value: v.pipe(
          singleLine('The value', 8_000),
          v.check(
            (value) => [...value].every((character) => character <= '\u00ff'),
            'The value of a header can have Latin characters only (RFC 9110 §5.5).',
          ),
        ),
      }),
    ),
    v.maxLength(50, 'At most 50 headers can be sent.'),
  ),
});
export type WebSocketSettings = v.InferOutput<typeof webSocketSettingsSchema>;

export const DEFAULT_WEB_SOCKET: WebSocketSettings = { subprotocol: 'mqtt', headers: [] };

export const PROXY_MODES = [
  'none',
  /** What the operating system is set to; the environment's variables on the command line. */
  'system',
  'http',
  /** An HTTP proxy that is itself spoken to over TLS. */
  'https',
  'socks5',
] as const;
export type ProxyMode = (typeof PROXY_MODES)[number];

/** Whether the profile itself says where the proxy is. */
export const isOwnProxy = (mode: ProxyMode): mode is keyof typeof DEFAULT_PROXY_PORTS =>
  mode in DEFAULT_PROXY_PORTS;

export const proxySettingsSchema = v.pipe(
  v.object({
    mode: v.picklist(PROXY_MODES),
    host: v.pipe(
      singleLine('The proxy’s host', 253),
      v.trim(),
      v.regex(/^[^\s/\\?#@]*$/u, 'Only the proxy’s host name or IP address belongs here.'),
    ),
    port: v.pipe(
      v.number('The proxy’s port must be a whole number from 1 to 65535.'),
      v.integer('The proxy’s port must be a whole number from 1 to 65535.'),
      v.minValue(1, 'The proxy’s port must be a whole number from 1 to 65535.'),
      v.maxValue(65_535, 'The proxy’s port must be a whole number from 1 to 65535.'),
    ),
    username: singleLine('The proxy’s username', 255),
    /** Hosts that are reached without it, as in `NO_PROXY`: `localhost, .plant.local, 10.0.0.0/8`. */
    exceptions: singleLine('The list of exceptions', 4_000),
  }),
  v.forward(
    v.check(
      ({ mode, host }) => !isOwnProxy(mode) || host !== '',
      'Enter the host name or IP address of the proxy.',
    ),
    ['host'],
  ),
);
export type ProxySettings = v.InferOutput<typeof proxySettingsSchema>;

export const DEFAULT_PROXY_PORTS = { http: 8080, https: 443, socks5: 1080 } as const;

export const DEFAULT_PROXY: ProxySettings = {
  mode: 'none',
  host: '',
  port: DEFAULT_PROXY_PORTS.http,
  username: '',
  exceptions: '',
};
