import { later } from '../data/clock.ts';

/** How often an operation or a transaction with temporary failures is tried before it is set aside. */
const MOST_TRIES = 3;

/** Retries a record after a temporary failure: 5 s after the first try, 20 s after the second. After that, it is set aside for a person. */
export const retryLater = (
  { sequence, tryCount }: { sequence: number; tryCount: number },
  errorCode: string,
  error: string,
  now: string,
) => ({
  sequence,
  nextTryAt: tryCount + 1 < MOST_TRIES ? later(now, 5_000 * 4 ** tryCount) : null,
  errorCode,
  error,
});
