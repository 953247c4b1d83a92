import { setTimeout as delay } from 'node:timers/promises';
import { ChannelNotFound } from '../errors.ts';
import { type Known, knownOf, type Mark, marksOf } from './channel/mark.bulk.ts';
import { introduce } from './channel/self.ts';
import { ChannelReader } from './channel-reader.ts';
import type { Database } from './database.ts';
import type { Channel } from './hq/channel.ts';
import type { NumberRange } from './hq/number-sequence.ts';
import { allSettings, type ProfileSettings, type Settings } from './hq/settings.bulk.ts';
import { uninterrupted } from './interruption.ts';
import { SchemaTooNew } from './open.ts';
import type { Pools } from './pools.ts';

/** Minimum ms between two refreshes that unknown codes cause: whoever asks for channels that do not exist cannot keep headquarters busy. */
const REFRESH_FOR_UNKNOWN_EVERY = 250;
/** Ms between two refreshes that nobody asks for, in case a nudge was lost. */
const REFRESH_EVERY = 5_000;

interface ChannelsOptions {
  /** Opens the channel database with a name. */
  openNamed: (name: string) => Promise<Database>;
  /** Where it is. */
  urlOf: (name: string) => string;
  /** Whose connections those on PostgreSQL use. */
  pools: Pools;
}

/**
 * The channels, their profiles, and their databases. Settings are kept in memory, so that a channel works while headquarters is down; a database
 * is opened, and made if there is none, when it is first used. Other servers change settings too: this process reads them again after a nudge, every
 * few seconds, before each run, and when it is asked for a channel that it does not know.
 */
export class Channels {
  private settings = new Map<string, Channel>();
  private profileSettings = new Map<string, ProfileSettings>();
  /** Undefined unless headquarters is in maintenance. */
  maintenance: Settings['maintenance'];
  /** The refresh that has started last. */
  private refreshing: Promise<void> = Promise.resolve();
  private refreshedAt = Number.NEGATIVE_INFINITY;
  /** The refresh that has not started yet, and the one that waits because of an unknown code. */
  private next: Promise<void> | undefined;
  private nextForUnknown: Promise<void> | undefined;
  private unfollow = () => {};
  private readonly databases = new Map<string, Promise<Database>>();
  /** Those that have shown to this process that headquarters is not older than what they know, and headquarters' version then. */
  readonly proven = { databases: new Set<string>(), version: 0 };
  private readonly reader: ChannelReader;

  constructor(
    private readonly hq: Database,
    private readonly options: ChannelsOptions,
  ) {
    this.reader = new ChannelReader({ ...options, open: (name) => this.open(name) });
  }

  /**
   * Reads all settings from headquarters. Those who ask before the statement is sent share it; those who ask while it runs
   * share the next one, because it may not see what they know of. A refresh that fails leaves the settings as they were.
   */
  refresh(): Promise<void> {
    this.next ??= this.refreshing
      .catch(() => {})
      .then(() => {
        this.next = undefined;
        this.refreshedAt = performance.now();
        // Others wait for it too.
        this.refreshing = uninterrupted(() => this.readSettings());
        return this.refreshing;
      });
    return this.next;
  }

  /**
   * Keeps up with what other servers, and jobs, change: refreshes after each nudge and, if it `polls`, every few seconds. `subscribe` registers the
   * listener of nudges and returns what ends it.
   */
  follow({
    subscribe,
    polls,
    outage,
  }: {
    subscribe: (listener: () => void) => () => void;
    polls: boolean;
    outage: { failed(error: unknown): void; worked(): void };
  }): void {
    const refresh = () =>
      void this.refresh().then(
        () => outage.worked(),
        (error: unknown) => outage.failed(error),
      );
    const unsubscribe = subscribe(refresh);
    const timer = polls ? setInterval(refresh, REFRESH_EVERY) : undefined;
    this.unfollow = () => {
      unsubscribe();
      clearInterval(timer);
    };
  }

  all(): Channel[] {
    return [...this.settings.values()];
  }

  profiles(): ProfileSettings[] {
    return [...this.profileSettings.values()];
  }

  /** The profile of a channel that was looked up before. */
  profileOf(code: string): ProfileSettings {
    return this.profileSettings.get(this.get(code).functionalityProfile)!;
  }

  /** Whether a channel is converted as soon as it has something new: live conversion is on, or its creations wait for account IDs. */
  convertsLive(code: string): boolean {
    // What this process does not know yet is for others to find out.
    return !this.settings.has(code) || this.get(code).liveConversion || !this.profileOf(code).createCustomerInAsyncMode;
  }

  /** The names of the databases that the channels live in. */
  databaseNames(): string[] {
    return [...new Set(this.all().map(({ channelDatabase: name }) => name))];
  }

  /** A channel that was looked up before. Throws ChannelNotFound. */
  get(code: string): Channel {
    const channel = this.settings.get(code);
    if (!channel) throw new ChannelNotFound(code);
    return channel;
  }

  /** A channel, which another server may have created a moment ago. Throws ChannelNotFound, or DatabaseUnavailable if only headquarters could tell. */
  lookUp(code: string): Channel | Promise<Channel> {
    return this.settings.get(code) ?? this.find([code]).then(() => this.get(code));
  }

  /** Those of these channels that exist, by code. Looks up the others as `lookUp` does. */
  async find(codes: readonly string[]): Promise<Channel[]> {
    if (codes.some((code) => !this.settings.has(code))) await this.refreshForUnknown();
    return [...new Set(codes)].sort().flatMap((code) => this.settings.get(code) ?? []);
  }

  /** The database that a channel lives in. */
  async databaseOf(code: string): Promise<Database> {
    return this.open((this.settings.get(code) ?? (await this.lookUp(code))).channelDatabase);
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

  /**
   * How far channel databases have come, by name; `counters` are the counters to look up. Does not open those on PostgreSQL, and leaves out
   * those that cannot be read.
   */
  marks(counters: ReadonlyMap<string, number>): Promise<Map<string, Mark>> {
    return this.reader.read(new Map([...counters].map(([name, counter]) => [name, { counter }])), marksOf);
  }

  /** What channel databases know of headquarters, by name. Leaves out those that cannot be read together with others: they may not be made yet. */
  known(names: readonly string[], range: NumberRange): Promise<Map<string, Known>> {
    return this.reader.read(new Map(names.map((name) => [name, {}])), knownOf(range));
  }

  async tidy(): Promise<void> {
    for (const database of await this.opened()) await database.tidy();
  }

  async close(): Promise<void> {
    this.unfollow();
    await (this.next ?? this.refreshing).catch(() => {});
    for (const database of await this.opened()) await database.close();
    await this.reader.close();
    this.databases.clear();
  }

  private async readSettings(): Promise<void> {
    const { channels, profiles, maintenance } = await this.hq.read(allSettings);
    this.settings = new Map(channels.map((channel) => [channel.code, channel]));
    this.profileSettings = new Map(profiles.map((profile) => [profile.code, profile]));
    this.maintenance = maintenance;
  }

  /** All who ask for an unknown channel share one refresh, which starts when the last one is long enough ago. */
  private async refreshForUnknown(): Promise<void> {
    // Nobody else creates channels.
    if (this.hq.embedded) return;
    this.nextForUnknown ??= delay(Math.max(0, this.refreshedAt + REFRESH_FOR_UNKNOWN_EVERY - performance.now())).then(
      () => {
        this.nextForUnknown = undefined;
        return this.refresh();
      },
    );
    await this.nextForUnknown;
  }

  private async openNew(name: string): Promise<Database> {
    const database = await this.options.openNamed(name);
    await database.write(introduce);
    return database;
  }

  private async opened(): Promise<Database[]> {
    const settled = await Promise.allSettled(this.databases.values());
    return settled.flatMap((result) => (result.status === 'fulfilled' ? [result.value] : []));
  }
}
