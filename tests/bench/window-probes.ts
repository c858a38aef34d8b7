/** What is measured inside the window: its frames, and how long after an input the answer stands on the screen. */
import type { Page } from '@playwright/test';
import { SEQUENCE_BASE } from './stream';

/** A row of a topic that can be clicked now. */
export interface VisibleTopic {
  /** `sensor42` is 42. */
  readonly index: number;
  readonly x: number;
  readonly y: number;
}

/** Gaps between the window's frames over some time, ms. */
export async function frameGaps(window: Page, durationMs: number): Promise<number[]> {
  return await window.evaluate(
    (duration) =>
      new Promise<number[]>((resolve) => {
        const gaps: number[] = [];
        let last: number | null = null;
        let end = Infinity;
        const frame = (now: number): void => {
          if (last === null) end = now + duration;
          else gaps.push(now - last);
          last = now;
          if (now < end) requestAnimationFrame(frame);
          else resolve(gaps);
        };
        requestAnimationFrame(frame);
      }),
    durationMs,
  );
}

/** The topics that are on the screen, from the top. */
export async function visibleTopics(window: Page): Promise<VisibleTopic[]> {
  return await window.evaluate(() => {
    const tree = document.querySelector('[role="tree"]')?.getBoundingClientRect();
    return [...document.querySelectorAll('[role="treeitem"]')].flatMap((row) => {
      const index = /^sensor(\d+)/u.exec(row.getAttribute('aria-label') ?? '')?.[1];
      const { left, top, width, height } = row.getBoundingClientRect();
      const isVisible = tree && top >= tree.top && top + height <= tree.bottom;
      return index !== undefined && isVisible
        ? [{ index: Number(index), x: left + width / 2, y: top + height / 2 }]
        : [];
    });
  });
}

/** From pressing the button on a topic until one of its values has been painted, ms. */
export async function clickToValue(
  window: Page,
  topic: VisibleTopic,
  topics: number,
): Promise<number> {
  await window.evaluate(
    ([wanted, base, count]) => {
      // A message's sequence number says which topic it belongs to.
      const isShown = (): boolean => {
        const text = document.querySelector('[role="tabpanel"]')?.textContent ?? '';
        const sequence = /\b[12]\d{9}\b/u.exec(text)?.[0];
        return sequence !== undefined && (Number(sequence) - base) % count === wanted;
      };
      const answer = new Promise<number>((resolve) => {
        const pressed = ({ timeStamp }: Event): void => {
          const look = (): void => {
            if (!isShown()) requestAnimationFrame(look);
            // What was there before this frame was painted is on the screen with the next one.
            else
              requestAnimationFrame(() => {
                resolve(performance.now() - timeStamp);
              });
          };
          requestAnimationFrame(look);
        };
        document.addEventListener('pointerdown', pressed, { capture: true, once: true });
      });
      Object.assign(globalThis, { benchAnswer: answer });
    },
    [topic.index, SEQUENCE_BASE, topics] as const,
  );
  await window.mouse.click(topic.x, topic.y);
  return await answerOf(window);
}

/** From pressing a key in the filter until the tree says that so many topics match, ms. */
export async function keyToFiltered(window: Page, key: string, matching: number): Promise<number> {
  await window.evaluate((wanted) => {
    const isShown = (): boolean => {
      const title = document.querySelector('[title$=" topics match"]')?.getAttribute('title') ?? '';
      return title.startsWith(`${wanted.toLocaleString('en')} of `);
    };
    if (isShown()) throw new Error(`The tree shows ${String(wanted)} matches already.`);
    const answer = new Promise<number>((resolve) => {
      const pressed = ({ timeStamp }: Event): void => {
        const look = (): void => {
          if (!isShown()) requestAnimationFrame(look);
          else
            requestAnimationFrame(() => {
              resolve(performance.now() - timeStamp);
            });
        };
        requestAnimationFrame(look);
      };
      document.addEventListener('keydown', pressed, { capture: true, once: true });
    });
    Object.assign(globalThis, { benchAnswer: answer });
  }, matching);
  await window.keyboard.press(key);
  return await answerOf(window);
}

const ANSWER_MS = 20_000;

/** The latency; Infinity when no answer came in time. */
async function answerOf(window: Page): Promise<number> {
  return await window.evaluate(
    (patience) =>
      Promise.race([
        (globalThis as unknown as { benchAnswer: Promise<number> }).benchAnswer,
        new Promise<number>((resolve) =>
          setTimeout(() => {
            resolve(Infinity);
          }, patience),
        ),
      ]),
    ANSWER_MS,
  );
}
