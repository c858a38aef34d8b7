import { expect, test } from 'vitest';
import { PaintQueue } from '../../../renderer/paint-queue';

/** A window whose paints and timers come when the test says so. */
class Screen {
  readonly shown: string[] = [];
  private now = 0;
  private paints: (() => void)[] = [];
  private timers: { readonly atMs: number; readonly run: () => void }[] = [];
  readonly queue = new PaintQueue({
    nowMs: () => this.now,
    nextPaint: (run) => this.paints.push(run),
    later: (run, delayMs) => this.timers.push({ atMs: this.now + delayMs, run }),
  });

  add(text: string, urgent = false): void {
    this.queue.add(() => this.shown.push(text), urgent);
  }

  /** Lets time pass, and paints at its end if the queue asks for it. */
  pass(ms: number): string {
    this.now += ms;
    const due = this.timers.filter(({ atMs }) => atMs <= this.now);
    this.timers = this.timers.filter(({ atMs }) => atMs > this.now);
    for (const { run } of due) run();
    for (const run of this.paints.splice(0)) run();
    return this.shown.splice(0).join(' ');
  }
}

test('the first news after a rest is shown with the next paint', () => {
  const screen = new Screen();
  screen.add('a');
  expect(screen.pass(16)).toBe('a');
});

test('news on the heels of a paint waits, and is then shown together', () => {
  const screen = new Screen();
  screen.add('a');
  screen.pass(16);
  screen.add('b');
  expect(screen.pass(50)).toBe('');
  screen.add('c');
  expect(screen.pass(49)).toBe('');
  expect(screen.pass(1)).toBe('b c');
});

test('what somebody waits for is shown at once, and takes along what waits', () => {
  const screen = new Screen();
  screen.add('a');
  screen.pass(16);
  screen.add('b');
  screen.add('c', true);
  expect(screen.pass(16)).toBe('b c');
});

test('while a person acts, everything is shown as it comes', () => {
  const screen = new Screen();
  screen.add('a');
  screen.pass(16);
  screen.add('b');
  screen.queue.acted();
  expect(screen.pass(16)).toBe('b');
  screen.add('c');
  expect(screen.pass(16)).toBe('c');
  screen.pass(300);
  screen.add('d');
  screen.pass(16);
  screen.add('e');
  expect(screen.pass(16)).toBe('');
  expect(screen.pass(100)).toBe('e');
});

test('while a button is down, only what somebody waits for is shown; the rest after the click', () => {
  const screen = new Screen();
  screen.add('a');
  screen.queue.pressed();
  expect(screen.pass(16)).toBe('');
  screen.add('b');
  screen.add('c', true);
  expect(screen.pass(300)).toBe('c');
  screen.queue.released();
  expect(screen.pass(0)).toBe('a b');
});

test('a press that lasts is no click, and nothing waits for it any longer', () => {
  const screen = new Screen();
  screen.queue.pressed();
  screen.add('a');
  expect(screen.pass(999)).toBe('');
  expect(screen.pass(1)).toBe('a');
  screen.add('b');
  expect(screen.pass(100)).toBe('b');
});
