import { describe, expect, it } from 'vitest';
import type { ConnectionFailure, FailureCode } from '../../app/connection';
import { isEndedToken, Losses } from '../../main/engine/mqtt/losses';

const failure = (code: FailureCode, retryable = true): ConnectionFailure => ({
  ...{ code, title: 'It was lost.', advice: '', technical: '', retryable },
});

const SOUND_MS = 60_000;

function connected(): Losses {
  const losses = new Losses((attempt) => attempt * 100);
  losses.begin();
  losses.connected();
  return losses;
}

describe('what is done after a loss', () => {
  it('a first try that fails is told at once', () => {
    const losses = new Losses();
    losses.begin();
    expect(losses.next(failure('timeout'), null)).toMatchObject({ kind: 'failed' });
  });

  it('a connection that was there is tried again, later each time until it is sound', () => {
    const losses = connected();
    const lost = failure('connection-reset');
    expect(losses.next(lost, SOUND_MS)).toEqual({ kind: 'retry', attempt: 1, delayMs: 100 });
    expect(losses.next(lost, null)).toEqual({ kind: 'retry', attempt: 2, delayMs: 200 });
    expect(losses.next(lost, 1_000)).toEqual({ kind: 'retry', attempt: 3, delayMs: 300 });
    expect(losses.next(lost, SOUND_MS)).toEqual({ kind: 'retry', attempt: 1, delayMs: 100 });
  });

  it('what a try cannot mend is not tried', () => {
    expect(connected().next(failure('session-taken-over', false), SOUND_MS).kind).toBe('failed');
  });

  it('a renewed sign-in does not wait', () => {
    expect(connected().next(failure('sign-in-renewed'), SOUND_MS)).toMatchObject({ delayMs: 0 });
  });

  it('a server that breaks the protocol again and again is left', () => {
    const losses = connected();
    const kinds = [0, 0, 0, 0, 0].map(
      (lastedMs) => losses.next(failure('protocol-error'), lastedMs).kind,
    );
    expect(kinds).toEqual(['retry', 'retry', 'retry', 'retry', 'failed']);
    expect(losses.next(failure('protocol-error'), SOUND_MS).kind).toBe('retry');
  });
});

describe('a client id that another client has too', () => {
  const closed = { kind: 'closed', during: 'session' } as const;

  it('is told by connections that are closed at once, twice in a row', () => {
    const losses = connected();
    expect(losses.isClientIdInUse(closed, { clientId: 'press4' }, 500)).toBe(false);
    expect(losses.isClientIdInUse(closed, { clientId: 'press4' }, 500)).toBe(true);
  });

  it('is not where one lasted, none came about, or the id is generated', () => {
    const losses = connected();
    for (const [clientId, lastedMs] of [
      ['press4', 500],
      ['press4', SOUND_MS],
      ['press4', 500],
      ['press4', null],
      ['press4', 500],
      ['', 500],
    ] as const)
      expect(losses.isClientIdInUse(closed, { clientId }, lastedMs)).toBe(false);
  });
});

describe('a token that ended', () => {
  const disconnect = { kind: 'server-disconnect', code: 0x87, reasonString: null } as const;
  const token = { authentication: { kind: 'token-command', command: 'x', method: '' } } as const;
  const password = { authentication: { kind: 'password' } } as const;

  it('is behind a refusal of what was allowed for a while', () => {
    expect(isEndedToken(disconnect, token, SOUND_MS)).toBe(true);
  });

  it('is not, where it was never allowed, or another reason is given, or there is no token', () => {
    expect(isEndedToken(disconnect, token, 1_000)).toBe(false);
    expect(isEndedToken({ ...disconnect, code: 0x8e }, token, SOUND_MS)).toBe(false);
    expect(isEndedToken({ ...disconnect, isSignIn: true }, password, SOUND_MS)).toBe(false);
  });
});
