import type { EntityManager } from 'typeorm';
import { ChannelNotFound } from '../errors.ts';
import { introduce } from './channel/self.ts';
import type { Database } from './database.ts';
import { allChannels, type Channel } from './hq/channel.ts';
import { uninterrupted } from './interruption.ts';
import { channelDatabase, openDatabase, SchemaTooNew } from './open.ts';

/**
 * The channels and their databases. Settings are kept in memory, so that a channel works while headquarters is down; a database
 * is opened, made and migrated when it is first used.
 */
export class Channels {
  private settings = new Map<string, Channel>();
  private readonly databases = new Map<string, Promise<Database>>();
  /** Those that have shown to this process that headquarters is not older than what they know, and headquarters' version then. */
  readonly proven = { databases: new Set<string>(), version: 0 };

  /** `urlOf` says where a channel database is, by its name. */
  constructor(
    private readonly hq: Database,
    private readonly urlOf: (database: string) => string,
    private readonly poolSize?: number,
  ) {}

  /** Reads the settings of all channels from headquarters: at start and after each change. */
  async refresh(): Promise<void> {
    const channels = await this.hq.read((db: EntityManager) => allChannels(db));
    this.settings = new Map(channels.map((channel) => [channel.code, channel]));
  }

  all(): Channel[] {
    return [...this.settings.values()];
  }

  /** The names of the databases that the channels live in. */
  databaseNames(): string[] {
    return [...new Set(this.all().map(({ channelDatabase: name }) => name))];
  }

  get(code: string): Channel {
    const channel = this.settings.get(code);
    if (!channel) throw new ChannelNotFound(code);
    return channel;
  }

  /** The database that a channel lives in. */
  databaseOf(code: string): Promise<Database> {
    return this.open(this.get(code).channelDatabase);
  }

  open(name: string): Promise<Database> {
    const known = this.databases.get(name);
    if (known) return known;
    // Others wait for it too: it goes on when the client that needed it first has gone.
    const opening = uninterrupted(() => this.openNew(name));
    this.databases.set(name, opening);
    // A database that could not be opened is tried again at its next use.
    opening.catch(() => this.databases.delete(name));
    return opening;
  }

  /**
   * Opens every channel database. One that is not available is reported; one that a newer version of this program has migrated is
   * thrown: this version must not touch it.
   */
  async openAll(unavailable: (name: string, error: unknown) => void): Promise<void> {
    for (const name of new Set(this.all().map(({ channelDatabase }) => channelDatabase))) {
      try {
        await this.open(name);
      } catch (error) {
        if (error instanceof Error && error.cause instanceof SchemaTooNew) throw error;
        unavailable(name, error);
      }
    }
  }

  async tidy(): Promise<void> {
    for (const database of await this.opened()) await database.tidy();
  }

  async close(): Promise<void> {
    for (const database of await this.opened()) await database.close();
    this.databases.clear();
  }

  private async openNew(name: string): Promise<Database> {
    const database = await openDatabase(this.urlOf(name), {
      name: `channel database ${name}`,
      kind: channelDatabase,
      readers: 1,
      poolSize: this.poolSize,
    });
    await database.write(introduce);
    return database;
  }

  private async opened(): Promise<Database[]> {
    const settled = await Promise.allSettled(this.databases.values());
    return settled.flatMap((result) => (result.status === 'fulfilled' ? [result.value] : []));
  }
}
