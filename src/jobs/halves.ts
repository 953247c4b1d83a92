import { DatabaseUnavailable, DomainError } from '../errors.ts';
import { Cancelled, Released } from '../queue/job.ts';

/** What stops a run, and is not the fault of a record in its batch. */
export const passesAlong = (error: unknown): boolean =>
  error instanceof Cancelled ||
  error instanceof Released ||
  error instanceof DomainError ||
  error instanceof DatabaseUnavailable;

/**
 * Does a batch; one that the database refuses is tried in halves, down to the record that is at fault, which `refused` sets aside: its
 * neighbours go on.
 */
export async function inHalves<Item>(
  items: readonly Item[],
  work: (items: readonly Item[]) => Promise<void>,
  refused: (item: Item, error: unknown) => Promise<void>,
): Promise<void> {
  try {
    await work(items);
  } catch (error) {
    if (passesAlong(error)) throw error;
    if (items.length === 1) return refused(items[0]!, error);
    const half = Math.ceil(items.length / 2);
    await inHalves(items.slice(0, half), work, refused);
    await inHalves(items.slice(half), work, refused);
  }
}
