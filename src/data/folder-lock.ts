import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import sqlite3 from 'sqlite3';

/** A process that serves or migrates the embedded databases of this folder is running already. */
export class FolderInUse extends Error {
  constructor(folder: string) {
    super(
      `Another process is using the databases in ${folder}. Stop it first, or set DATA_DIR to another folder: embedded databases belong to one process.`,
    );
  }
}

/**
 * Keeps other processes away from the embedded databases in a folder, which is made if there is none. The operating system frees the
 * lock when this process ends, however it ends. Throws FolderInUse.
 */
export async function lockFolder(folder: string): Promise<{ release(): Promise<void> }> {
  await mkdir(folder, { recursive: true });
  const file = join(folder, 'server.lock');
  const lock = await new Promise<sqlite3.Database>((resolve, reject) => {
    const opened = new sqlite3.Database(file, (error) => (error ? reject(error) : resolve(opened)));
  });
  const release = () => new Promise<void>((resolve) => lock.close(() => resolve()));
  try {
    await new Promise<void>((resolve, reject) =>
      lock.exec('BEGIN EXCLUSIVE', (error) => (error ? reject(error) : resolve())),
    );
  } catch (error) {
    await release();
    throw (error as { code?: unknown }).code === 'SQLITE_BUSY' ? new FolderInUse(folder) : error;
  }
  return { release };
}
