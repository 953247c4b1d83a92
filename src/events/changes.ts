import { Repeater } from 'graphql-yoga';
import type { Nudges } from './nudges.ts';

export interface ChangesOptions<T> {
  nudges: Nudges;
  topic: string;
  /** The next rows after what was read before, or undefined when there are none. */
  read: () => Promise<T | undefined>;
  /** True when nothing can follow this value: the stream ends after it. */
  isLast?: (value: T) => boolean;
  /** Looks again after this many ms without a nudge, so that a lost nudge costs time and never data. */
  pollEvery?: number;
  /** Ms between two values at the least; nudges in between are folded into one. */
  atMostEvery?: number;
}

/**
 * Turns rows and nudges into a stream: pushes what `read` finds until it finds nothing, then waits for a nudge.
 * Listening starts before the first read, and a slow client holds up the reading instead of filling a buffer.
 */
export function changes<T>(options: ChangesOptions<T>): AsyncIterableIterator<T> {
  const { nudges, topic, read, isLast = () => false, pollEvery = 5_000, atMostEvery = 0 } = options;
  return new Repeater<T>(async (push, stop) => {
    let stopped = false;
    let dirty = true;
    let wake = () => {};
    void stop.then(() => {
      stopped = true;
      wake();
    });
    const unsubscribe = nudges.subscribe(topic, () => {
      dirty = true;
      wake();
    });
    const pause = (ms: number, until: () => boolean) =>
      new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, ms);
        wake = () => {
          if (!until()) return;
          clearTimeout(timer);
          resolve();
        };
      });

    try {
      while (!stopped) {
        dirty = false;
        const value = await read();
        if (stopped) return;
        if (value === undefined) {
          if (!dirty) await pause(pollEvery, () => dirty || stopped);
          continue;
        }
        await push(value);
        if (isLast(value)) return stop();
        if (atMostEvery > 0 && !stopped) await pause(atMostEvery, () => stopped);
      }
    } catch (error) {
      // Whoever left hears nothing. A server that stops closes its databases while the last reads are under way.
      if (!stopped) throw error;
    } finally {
      unsubscribe();
    }
  });
}
