import { DatabaseUnavailable, DomainError } from '../errors.ts';
import { Canceled, Released } from '../queue/job.ts';

/** Whether an error stops the run, whatever record was being processed. */
export const stopsRun = (error: unknown): boolean =>
  error instanceof Canceled || error instanceof Released || error instanceof DatabaseUnavailable;

/** Whether an error is not the fault of a record in the batch. */
const isNobodysFault = (error: unknown): boolean => stopsRun(error) || error instanceof DomainError;

/**
 * Processes a batch. If it fails, its halves are tried, down to the record at fault, which `refused` sets aside; the others continue. Stops
 * early and returns false if `work` returns false. Errors for which `passes` is true are rethrown.
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
