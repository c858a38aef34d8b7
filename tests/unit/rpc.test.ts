import { describe, expect, test } from 'vitest';
import type { EngineCalls, StatusFrame } from '../../app/contract';
import { LoupeError } from '../../app/errors';
import { EngineClient } from '../../app/rpc/client';
import type { Implementation } from '../../app/rpc/derive';
import { EngineServer, type ViewOpeners, type ViewSource } from '../../app/rpc/server';
import type { Port, ToEngine, ToRenderer } from '../../app/rpc/wire';

/** Two ends in one place; messages arrive at once, and can be counted. */
class Wire {
  sent: ToRenderer[] = [];
  private toEngine: (message: ToEngine) => void = () => undefined;
  private toRenderer: (message: ToRenderer) => void = () => undefined;

  readonly windowEnd: Port<ToEngine, ToRenderer> = {
    send: (message) => {
      this.toEngine(structuredClone(message));
    },
    listen: (receive) => {
      this.toRenderer = receive;
      return () => {
        this.toRenderer = () => undefined;
      };
    },
  };
  readonly engineEnd: Port<ToRenderer, ToEngine> = {
    send: (message) => {
      this.sent.push(message);
      this.toRenderer(structuredClone(message));
    },
    listen: (receive) => {
      this.toEngine = receive;
      return () => {
        this.toEngine = () => undefined;
      };
    },
  };
}

/** Which of the frames that were sent are waited for. */
function urgencies({ sent }: Wire): boolean[] {
  return sent.flatMap((message) => (message.t === 'frame' ? [message.urgent] : []));
}

class Counter implements ViewSource<{ readonly profileId: string }, StatusFrame> {
  intervalMs = 10;
  computed = 0;
  closed = false;
  changed = true;

  update(): void {
    this.changed = true;
  }

  next(): StatusFrame | null {
    if (!this.changed) return null;
    this.changed = false;
    this.computed += 1;
    return { rate: this.computed } as StatusFrame;
  }

  close(): void {
    this.closed = true;
  }
}

function set(up: {
  calls?: Partial<Implementation<EngineCalls>>;
  source?: ViewSource<{ readonly profileId: string }, StatusFrame>;
  sourceOf?: (params: {
    readonly profileId: string;
  }) => ViewSource<{ readonly profileId: string }, StatusFrame>;
}) {
  const wire = new Wire();
  const paints: (() => void)[] = [];
  let now = 0;
  const server = new EngineServer(
    wire.engineEnd,
    (up.calls ?? {}) as Implementation<EngineCalls>,
    {
      status: up.sourceOf ?? (() => up.source ?? new Counter()),
    } as unknown as ViewOpeners,
    () => now,
  );
  const client = new EngineClient({ onNextPaint: (show) => paints.push(show) });
  client.attach(wire.windowEnd);
  return {
    wire,
    client,
    server,
    paint: () => {
      for (const show of paints.splice(0)) show();
    },
    tick: (ms: number) => {
      now += ms;
      server.tick();
    },
  };
}

describe('a view', () => {
  test('gets no frame before the last one was painted, however much changes', () => {
    const source = new Counter();
    const { client, paint, tick } = set({ source });
    const shown: number[] = [];
    client.open('status', { profileId: 'p' }, (frame) => shown.push(frame.rate));
    for (let times = 0; times < 100; times += 1) {
      source.changed = true;
      tick(20);
    }
    expect(source.computed).toBe(1);
    paint();
    tick(20);
    paint();
    expect(shown).toEqual([1, 2]);
  });

  test('gets none while nothing changes, and at most one in its interval', () => {
    const source = new Counter();
    const { client, paint, tick, wire } = set({ source });
    client.open('status', { profileId: 'p' }, () => undefined);
    paint();
    tick(100);
    expect(wire.sent).toHaveLength(1);
    source.changed = true;
    tick(20);
    paint();
    source.changed = true;
    tick(5);
    expect(wire.sent).toHaveLength(2);
    tick(5);
    expect(wire.sent).toHaveLength(3);
  });

  test('is answered at once when its parameters change', () => {
    const source = new Counter();
    const { client, paint, wire } = set({ source });
    const view = client.open('status', { profileId: 'p' }, () => undefined);
    paint();
    view.update({ profileId: 'q' });
    expect(wire.sent).toHaveLength(2);
  });

  test('is answered at once even before news was painted, which then never is', () => {
    const source = new Counter();
    const { client, paint, tick, wire } = set({ source });
    const shown: number[] = [];
    const view = client.open('status', { profileId: 'p' }, (frame) => shown.push(frame.rate));
    paint();
    source.changed = true;
    tick(20);
    view.update({ profileId: 'q' });
    expect(urgencies(wire)).toEqual([true, false, true]);
    paint();
    expect(shown).toEqual([1, 3]);
    source.changed = true;
    tick(20);
    expect(wire.sent).toHaveLength(4);
  });

  test('that is held shows no news, and the newest when it is let go', () => {
    const source = new Counter();
    const { client, paint, tick } = set({ source });
    const shown: number[] = [];
    const view = client.open('status', { profileId: 'p' }, (frame) => shown.push(frame.rate));
    paint();
    view.hold(true);
    for (let times = 0; times < 3; times += 1) {
      source.changed = true;
      tick(20);
      paint();
    }
    expect(shown).toEqual([1]);
    // Nothing was worked out for nobody.
    expect(source.computed).toBe(2);
    view.update({ profileId: 'q' });
    paint();
    expect(shown).toEqual([1, 3]);
    source.changed = true;
    tick(20);
    paint();
    view.hold(false);
    paint();
    expect(shown).toEqual([1, 3, 4]);
    source.changed = true;
    tick(20);
    paint();
    expect(shown).toEqual([1, 3, 4, 5]);
  });

  test('shows no news of before its parameters changed, though the answer takes a while', async () => {
    let computed = 0;
    const source: ViewSource<{ readonly profileId: string }, StatusFrame> = {
      intervalMs: 10,
      update: () => undefined,
      next: () => Promise.resolve({ rate: (computed += 1) } as StatusFrame),
      close: () => undefined,
    };
    const { client, paint, tick, wire } = set({ source });
    const shown: number[] = [];
    const view = client.open('status', { profileId: 'p' }, (frame) => shown.push(frame.rate));
    await Promise.resolve();
    paint();
    tick(20);
    await Promise.resolve();
    expect(urgencies(wire)).toEqual([true, false]);
    view.update({ profileId: 'q' });
    paint();
    expect(shown).toEqual([1]);
    await Promise.resolve();
    paint();
    expect(shown).toEqual([1, 3]);
  });

  test('takes the latest of the parameters that changed while it was busy, once', () => {
    const asked: string[] = [];
    const source = new Counter();
    source.update = (params?: { readonly profileId: string }) => {
      asked.push(params?.profileId ?? '');
      source.changed = true;
    };
    const { client, paint } = set({ source });
    const view = client.open('status', { profileId: 'p' }, () => undefined);
    for (const profileId of ['q', 'r', 's', 't']) view.update({ profileId });
    // The first answer was not painted yet: the one to “q” waits for that, the others for the one to “q”.
    expect(asked).toEqual(['q']);
    paint();
    expect(asked).toEqual(['q', 't']);
  });

  test('that changed is asked for before a call that follows, so that the call means it', async () => {
    const asked: string[] = [];
    const source = new Counter();
    source.update = (params?: { readonly profileId: string }) => {
      asked.push(params?.profileId ?? '');
    };
    const { client } = set({
      source,
      calls: { connect: ({ profileId }) => void asked.push(`connect ${profileId}`) },
    });
    const view = client.open('status', { profileId: 'p' }, () => undefined);
    view.update({ profileId: 'q' });
    view.update({ profileId: 'r' });
    await client.calls.connect({ profileId: 'p' });
    expect(asked).toEqual(['q', 'r', 'connect p']);
  });

  test('shows what a call changed at once, and does not look again after one that only reads', async () => {
    const source = new Counter();
    const { client, paint, wire } = set({
      source,
      calls: {
        connect: () => {
          source.changed = true;
        },
        recentPayload: () => {
          source.changed = true;
          return new Uint8Array();
        },
      },
    });
    client.open('status', { profileId: 'p' }, () => undefined);
    paint();
    await client.calls.connect({ profileId: 'p' });
    expect(urgencies(wire)).toEqual([true, true]);
    paint();
    await client.calls.recentPayload({ profileId: 'p', id: 1 });
    expect(urgencies(wire)).toEqual([true, true]);
  });

  test('has its turn together with the others of its interval', () => {
    const sources = new Map([
      ['p', new Counter()],
      ['q', new Counter()],
    ]);
    const { client, paint, tick, wire } = set({
      sourceOf: ({ profileId }) => sources.get(profileId) ?? new Counter(),
    });
    for (const source of sources.values()) source.intervalMs = 100;
    const busy = (ms: number): void => {
      for (const source of sources.values()) source.changed = true;
      tick(ms);
      paint();
    };
    client.open('status', { profileId: 'p' }, () => undefined);
    paint();
    tick(60);
    client.open('status', { profileId: 'q' }, () => undefined);
    paint();
    // Opened at 0 and 60 ms, both are due at 120: the first one by its age, the second one by the beat.
    busy(60);
    expect(urgencies(wire)).toEqual([true, true, false, false]);
    busy(60);
    expect(wire.sent).toHaveLength(4);
    busy(30);
    expect(wire.sent).toHaveLength(6);
  });

  test('is closed at both ends', () => {
    const source = new Counter();
    const { client, paint, tick } = set({ source });
    const shown: number[] = [];
    const view = client.open('status', { profileId: 'p' }, (frame) => shown.push(frame.rate));
    view.close();
    paint();
    source.changed = true;
    tick(100);
    expect(source.closed).toBe(true);
    expect(shown).toEqual([]);
  });

  test('ends with the reason when its source fails or its parameters do not fit', () => {
    const failing = new Counter();
    failing.next = () => {
      throw new LoupeError('not-found', 'gone');
    };
    const { client } = set({ source: failing });
    const ends: string[] = [];
    client.open(
      'status',
      { profileId: 'p' },
      () => undefined,
      (error) => ends.push(error.code),
    );
    client.open(
      'status',
      { profileId: 7 as unknown as string },
      () => undefined,
      (error) => ends.push(error.code),
    );
    client.open(
      'nonsense' as 'status',
      { profileId: 'p' },
      () => undefined,
      (error) => ends.push(error.code),
    );
    expect(ends).toEqual(['not-found', 'invalid-argument', 'unknown-method']);
  });

  test('is opened again when the engine comes back', () => {
    const { client, paint } = set({});
    const shown: number[] = [];
    client.open('status', { profileId: 'p' }, (frame) => shown.push(frame.rate));
    paint();
    const second = new Wire();
    new EngineServer(
      second.engineEnd,
      {} as Implementation<EngineCalls>,
      { status: () => new Counter() } as unknown as ViewOpeners,
      () => 0,
    );
    client.attach(second.windowEnd);
    paint();
    expect(shown).toEqual([1, 1]);
  });
});

describe('a call', () => {
  test('is answered, now or later', async () => {
    const { client } = set({
      calls: { openDemo: () => Promise.resolve({ profileId: 'demo' }), connect: () => undefined },
    });
    await expect(client.calls.openDemo()).resolves.toEqual({ profileId: 'demo' });
    await expect(client.calls.connect({ profileId: 'p' })).resolves.toBeUndefined();
  });

  test('fails with the code it failed with', async () => {
    const { client } = set({
      calls: {
        connect: () => {
          throw new LoupeError('not-found', 'No such connection.', {
            details: { profileId: 'unknown' },
          });
        },
      },
    });
    const call = client.calls.connect({ profileId: 'p' });
    await expect(call).rejects.toMatchObject({
      code: 'not-found',
      message: 'No such connection.',
      details: { profileId: 'unknown' },
    });
  });

  test('under way when the engine is lost fails; one made meanwhile waits for it', async () => {
    const { client } = set({ calls: { openDemo: () => new Promise(() => undefined) } });
    const lost = client.calls.openDemo();
    client.detach();
    await expect(lost).rejects.toMatchObject({ code: 'engine-unavailable' });
    const waiting = client.calls.openDemo();
    const second = new Wire();
    new EngineServer(
      second.engineEnd,
      { openDemo: () => ({ profileId: 'again' }) } as unknown as Implementation<EngineCalls>,
      {} as ViewOpeners,
      () => 0,
    );
    client.attach(second.windowEnd);
    await expect(waiting).resolves.toEqual({ profileId: 'again' });
  });
});
