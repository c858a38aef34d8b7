import { describe, expect, it } from 'vitest';
import type { BrokerAddress } from '../../app/broker-address';
import { describeFailure } from '../../app/connection-failure';
import type { RawFailure } from '../../app/raw-failure';

const plain: BrokerAddress = { protocol: 'mqtt', host: 'broker.example', port: 1883, path: '' };
const secure: BrokerAddress = { ...plain, protocol: 'mqtts', port: 8883 };
const web: BrokerAddress = { ...plain, protocol: 'ws', port: 80, path: '/mqtt' };

const socket = (
  code: string | null,
  message = '',
  during: 'opening' | 'connack' | 'session' = 'opening',
): RawFailure => ({ kind: 'socket', during, code, message });

describe('a failure of the socket', () => {
  it.each([
    ['ENOTFOUND', plain, 'unknown-host'],
    ['EAI_AGAIN', plain, 'unknown-host'],
    ['ECONNREFUSED', plain, 'nothing-listening'],
    ['EHOSTUNREACH', plain, 'host-unreachable'],
    ['ENETUNREACH', plain, 'host-unreachable'],
    ['ETIMEDOUT', plain, 'timeout'],
    ['ECONNRESET', plain, 'connection-reset'],
    ['EPIPE', plain, 'connection-reset'],
    ['ECONNRESET', secure, 'tls-failed'],
    ['ECONNRESET', web, 'websocket-refused'],
    ['DEPTH_ZERO_SELF_SIGNED_CERT', secure, 'tls-untrusted'],
    ['SELF_SIGNED_CERT_IN_CHAIN', secure, 'tls-untrusted'],
    ['UNABLE_TO_VERIFY_LEAF_SIGNATURE', secure, 'tls-untrusted'],
    ['CERT_HAS_EXPIRED', secure, 'tls-expired'],
    ['CERT_NOT_YET_VALID', secure, 'tls-expired'],
    ['ERR_TLS_CERT_ALTNAME_INVALID', secure, 'tls-host-mismatch'],
    ['ERR_SSL_WRONG_VERSION_NUMBER', secure, 'tls-failed'],
    ['EPROTO', secure, 'tls-failed'],
    ['HPE_INVALID_CONSTANT', web, 'websocket-refused'],
    ['WS_ERR_UNSUPPORTED_MESSAGE_LENGTH', web, 'packet-too-large'],
    ['ERR_SOCKET_BAD_PORT', plain, 'invalid-settings'],
    ['EWHATEVER', plain, 'unknown'],
    [null, plain, 'unknown'],
  ] as const)('%s means what the person can act on', (code, target, expected) => {
    expect(describeFailure(socket(code), target).code).toBe(expected);
  });

  it('is a loss, not a handshake, once the connection was there', () => {
    for (const target of [plain, secure, web]) {
      expect(describeFailure(socket('ECONNRESET', '', 'session'), target).code).toBe(
        'connection-reset',
      );
    }
  });

  it('hints at encryption when a plain connection is cut off before the answer', () => {
    expect(describeFailure(socket('ECONNRESET', '', 'connack'), plain).advice).toContain('mqtts');
  });

  it('names host and port, an IPv6 address in brackets', () => {
    const failure = describeFailure(socket('ECONNREFUSED'), { ...plain, host: '::1' });
    expect(failure.title).toBe('Nothing is listening on [::1]:1883.');
  });

  it('shows code and text as they came, the code once', () => {
    expect(
      describeFailure(socket('ECONNREFUSED', 'connect ECONNREFUSED ::1:1883'), plain).technical,
    ).toBe('connect ECONNREFUSED ::1:1883');
    expect(describeFailure(socket('EX', 'failed'), plain).technical).toBe('EX: failed');
    expect(describeFailure(socket('EX'), plain).technical).toBe('EX');
  });
});

describe('what OpenSSL and BoringSSL say', () => {
  it.each([
    [
      '62105:error:1000045c:SSL routines:OPENSSL_internal:TLSV1_ALERT_CERTIFICATE_REQUIRED:../../src/ssl/tls_record.cc:572:SSL alert number 116',
      'TLSV1_ALERT_CERTIFICATE_REQUIRED, SSL alert number 116',
    ],
    [
      '00AB12:error:0A000086:SSL routines:tls_post_process:certificate verify failed:../deps/ssl/statem.c:1889:',
      'certificate verify failed',
    ],
    ['error:100000b1:SSL routines:OPENSSL_internal:NO_CIPHER_MATCH', 'NO_CIPHER_MATCH'],
    ['connect ECONNREFUSED [::1]:1883', 'connect ECONNREFUSED [::1]:1883'],
  ])('is shown without the line of their source: %s', (text, shown) => {
    expect(describeFailure(socket('', text), secure).technical).toBe(shown);
  });
});

describe('a connection that says nothing', () => {
  it.each([
    ['network', 'did not answer'],
    ['tls', 'when encryption was asked for'],
    ['websocket', 'did not open the WebSocket'],
    ['connack', 'did not answer as an MQTT broker'],
  ] as const)('while %s is waited for', (waitingFor, words) => {
    expect(describeFailure({ kind: 'timeout', waitingFor, afterMs: 1_000 }, web).title).toContain(
      words,
    );
  });
});

describe('whether trying again by itself makes sense', () => {
  it.each([
    [socket('ENOTFOUND'), true],
    [socket('ECONNREFUSED'), true],
    [socket('CERT_HAS_EXPIRED'), false],
    [socket('SELF_SIGNED_CERT_IN_CHAIN'), false],
    [{ kind: 'keep-alive', silentMs: 9_000 }, true],
    [{ kind: 'malformed', message: 'x' }, true],
    [{ kind: 'timeout', waitingFor: 'connack', afterMs: 1 }, true],
    [{ kind: 'invalid-settings', message: 'x' }, false],
    [{ kind: 'connack', version: '5', code: 0x86, reasonString: null }, false],
    [{ kind: 'connack', version: '5', code: 0x8a, reasonString: null }, false],
    [{ kind: 'connack', version: '5', code: 0x8c, reasonString: null }, false],
    [{ kind: 'connack', version: '5', code: 0x89, reasonString: null }, true],
    [{ kind: 'connack', version: '3.1.1', code: 5, reasonString: null }, false],
    [{ kind: 'server-disconnect', code: 0x8e, reasonString: null }, false],
    [{ kind: 'server-disconnect', code: 0x8b, reasonString: null }, true],
    [{ kind: 'server-disconnect', code: 0x9d, reasonString: null }, false],
    [{ kind: 'connack', version: '5', code: 0x9c, reasonString: null }, false],
    [{ kind: 'sign-in-exchange', message: 'x' }, false],
    [{ kind: 'sign-in', message: 'x' }, true],
    [{ kind: 'closed', during: 'session' }, true],
  ] as const)('%o: %s', (raw, retryable) => {
    expect(describeFailure(raw, secure).retryable).toBe(retryable);
  });
});

describe('what a server says', () => {
  it('is quoted, and the code is shown', () => {
    const failure = describeFailure(
      { kind: 'connack', version: '5', code: 0x9f, reasonString: 'too many of you' },
      plain,
    );
    expect(failure.advice).toContain('“too many of you”');
    expect(failure.technical).toBe('CONNACK 0x9F (connection rate exceeded)');
  });

  it('tells a TLS alert from an HTTP answer', () => {
    const alert = describeFailure(
      { kind: 'not-mqtt', firstBytes: Uint8Array.of(0x15, 3, 3, 0, 2) },
      web,
    );
    expect(alert).toMatchObject({
      code: 'protocol-error',
      technical: 'first bytes: 15 03 03 00 02',
    });
    expect(alert.advice).toContain('wss');
    const http = describeFailure(
      { kind: 'not-mqtt', firstBytes: Uint8Array.of(0x48, 0x54) },
      plain,
    );
    expect(http.title).toContain('does not answer as an MQTT broker');
  });

  it.each(['connack', 'server-disconnect'] as const)(
    'names the server that a %s sends us to, and says so when there is none',
    (kind) => {
      const away = { kind, version: '5', code: 0x9d, reasonString: 'we moved' } as const;
      const failure = describeFailure({ ...away, serverReference: 'other:1884' }, plain);
      expect(failure.otherServer).toEqual({ host: 'other', port: 1884 });
      expect(failure.advice).toContain('It names other:1884. Nothing was sent there yet.');
      expect(failure.advice).toContain('“we moved”');
      const hostile = describeFailure({ ...away, serverReference: 'evil/?\u0007' }, plain);
      expect(hostile).not.toHaveProperty('otherServer');
      expect(hostile.advice).toContain('It names “evil/?\\u0007”, which is no address');
    },
  );

  it('is said once where the words have all of it', () => {
    for (const kind of ['sign-in', 'sign-in-exchange', 'invalid-settings'] as const) {
      const failure = describeFailure({ kind, message: 'no token came' }, plain);
      expect(failure.advice).toContain('No token came.');
      expect(failure.technical).toBe('');
    }
  });

  it('a proxy that nobody entered here is said to be the system’s', () => {
    const raw = {
      kind: 'proxy',
      reason: 'unreachable',
      proxy: 'proxy:3128',
      message: 'x',
    } as const;
    expect(describeFailure(raw, { ...plain, proxy: { mode: 'system' } }).advice).toContain(
      'This computer’s settings name it',
    );
    expect(describeFailure(raw, plain).advice).toContain('host and port under Proxy');
  });

  it('keeps an unknown reason as a number', () => {
    const failure = describeFailure(
      { kind: 'server-disconnect', code: 0xfe, reasonString: null },
      plain,
    );
    expect(failure.title).toContain('reason 0xFE');
  });
});
