import { DatabaseUnavailable, DomainError } from '../errors.ts';
import { Cancelled, Released } from '../queue/job.ts';

/** What stops a run, whichever record it met. */
export const stopsRun = (error: unknown): boolean =>
  error instanceof Cancelled || error instanceof Released || error instanceof DatabaseUnavailable;

/** What is not the fault of a record in the batch. */
const isNobodysFault = (error: unknown): boolean => stopsRun(error) || error instanceof DomainError;

/**
 * Does a batch. One that fails is tried in halves, down to the record at fault, which `refused` sets aside; its neighbors go on. Ends early
 * and returns false when `work` returns false. Errors that `passes` are passed along.
 */
export async function inHalves<Item>(
  items: readonly Item[],
  work: (items: readonly Item[]) => Promise<unknown>,
  refused: (item: Item, error: unknown) => Promise<void>,
  passes = isNobodysFault,
): Promise<boolean> {
  try {
    return (await work(items)) !== false;
  } catch (error) {
    if (passes(error)) throw error;
    if (items.length === 1) {
      await refused(items[0]!, error);
      return true;
    }
    const half = Math.ceil(items.length / 2);
    return (
      (await inHalves(items.slice(0, half), work, refused, passes)) &&
      inHalves(items.slice(half), work, refused, passes)
    );
  }
}
