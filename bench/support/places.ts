import { existsSync } from 'node:fs';
import { cp, mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';

export type Settings = Record<string, string>;

/** Where benchmarks have their databases, by the names of what they contain. */
export interface Place {
  database: 'SQLite' | 'PostgreSQL';
  /** For a server on the databases of this name. */
  settings(name: string): Settings;
  /** Makes room for them. The server creates them. */
  create(name: string): Promise<void>;
  exists(name: string): Promise<boolean>;
  copy(from: string, to: string): Promise<void>;
  remove(name: string): Promise<void>;
}

/** Folders of files. */
export const sqlitePlace = (folder: string): Place => ({
  database: 'SQLite',
  settings: (name) => ({ DATA_DIR: join(folder, name) }),
  async create(name) {
    await mkdir(join(folder, name));
  },
  exists: async (name) => existsSync(join(folder, name)),
  copy: (from, to) => cp(join(folder, from), join(folder, to), { recursive: true }),
  remove: (name) => rm(join(folder, name), { recursive: true, force: true }),
});

/** Works with databases that are removed afterward. */
export async function withDatabases<T>(
  place: Place,
  name: string,
  work: (settings: Settings) => Promise<T>,
): Promise<T> {
  await place.create(name);
  try {
    return await work(place.settings(name));
  } finally {
    await place.remove(name);
  }
}
