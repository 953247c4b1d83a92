import { DatabaseUnavailable } from '../errors.ts';

/** Time in ms for a database to answer. One that hangs must not delay what others answer. */
const PATIENCE = 2_000;

/** Throws DatabaseUnavailable if `work` takes longer than PATIENCE. The work itself continues. */
export async function inTime<T>(database: string, work: () => Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new DatabaseUnavailable(database)), PATIENCE);
  });
  try {
    return await Promise.race([work(), late]);
  } finally {
    clearTimeout(timer);
  }
}
