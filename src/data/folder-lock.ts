import { join } from 'node:path';
import sqlite3 from 'sqlite3';
import { FolderRefused } from '../errors.ts';
import { makeFolder } from './folder.ts';

const inUse = (folder: string) =>
  `Another process is using the databases in ${folder}. Stop it first, or set DATA_DIR to another folder: embedded databases belong to one process.`;

const unusable = (folder: string, error: unknown) =>
  `The folder ${folder} cannot be created or written (${(error as { code?: string }).code}). Correct its permissions, or set DATA_DIR to another folder.`;

/**
 * Keeps other processes away from the embedded databases in a folder, which is made if there is none. The operating system frees the
 * lock when this process ends, however it ends. Throws FolderRefused.
 */
export async function lockFolder(folder: string): Promise<{ release(): Promise<void> }> {
  try {
    await makeFolder(folder);
    return await lockFile(join(folder, 'server.lock'));
  } catch (error) {
    const { code } = error as { code?: unknown };
    throw new FolderRefused(code === 'SQLITE_BUSY' ? inUse(folder) : unusable(folder, error), { cause: error });
  }
}

async function lockFile(file: string): Promise<{ release(): Promise<void> }> {
  const lock = await new Promise<sqlite3.Database>((resolve, reject) => {
    const opened = new sqlite3.Database(file, (error) => (error ? reject(error) : resolve(opened)));
  });
  const release = () => new Promise<void>((resolve) => lock.close(() => resolve()));
  try {
    await new Promise<void>((resolve, reject) =>
      lock.exec('BEGIN EXCLUSIVE', (error) => (error ? reject(error) : resolve())),
    );
    return { release };
  } catch (error) {
    await release();
    throw error;
  }
}
