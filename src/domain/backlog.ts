import { notUploaded } from '../data/channel/operation.bulk.ts';
import { self } from '../data/channel/self.ts';
import type { Channels } from '../data/channels.ts';
import type { Database } from '../data/database.ts';
import type { Observed } from '../data/hq/attention.ts';
import { type ChannelDatabase, channelDatabasesByName } from '../data/hq/channel.ts';
import { notDownloaded } from '../data/hq/customer.bulk.ts';
import { DatabaseUnavailable } from '../errors.ts';
import { inTime } from './in-time.ts';

/** Time in ms for which an answer is reused. */
const HOLDS_FOR = 2_000;

interface Backlog {
  name: string;
  /** The reason why it could not be read. */
  error?: string;
  lastReceivedAt: string | null;
  /** What headquarters has not received yet, by channel. `count` has an upper bound. */
  uploads: { channel: string; since: string; count: number }[];
  /** The oldest change that the channel database has not received yet. */
  download?: { channel: string; since: string } | undefined;
}

/** What is waiting between the channel databases and headquarters. Reads all channel databases at once, at most every two seconds. */
export class Backlogs {
  private answer: { at: number; backlogs: Promise<Backlog[]> } | undefined;

  constructor(
    private readonly hq: Database,
    private readonly channels: Channels,
    private readonly now: () => string,
  ) {}

  /** What has been waiting since before `before`, and which channel databases do not answer. Throws only if headquarters does not answer. */
  async waitingSince(before: string): Promise<Observed[]> {
    return (await this.backlogs()).flatMap((backlog) => this.observed(backlog, before));
  }

  private backlogs(): Promise<Backlog[]> {
    const at = Date.parse(this.now());
    if (!this.answer || Math.abs(at - this.answer.at) >= HOLDS_FOR) {
      const backlogs = this.ask();
      this.answer = { at, backlogs };
      backlogs.catch(() => {
        this.answer = undefined;
      });
    }
    return this.answer.backlogs;
  }

  private async ask(): Promise<Backlog[]> {
    const names = [...new Set(this.channels.all().map(({ channelDatabase }) => channelDatabase))];
    const known = await this.hq.read((db) => channelDatabasesByName(db, names));
    const asked = await Promise.all(known.map((database) => this.askOne(database)));
    const applied = asked.flatMap(({ name, applied: version }) => (version === undefined ? [] : [{ name, version }]));
    const lacking = await this.hq.read((db) => notDownloaded(db, applied));
    return asked.map((backlog) => ({ ...backlog, download: lacking.find(({ name }) => name === backlog.name) }));
  }

  private async askOne({
    name,
    lastReceived,
    lastReceivedAt,
  }: ChannelDatabase): Promise<Backlog & { applied?: number }> {
    try {
      const [uploads, { appliedVersion }] = await inTime(`channel database ${name}`, async () => {
        const database = await this.channels.open(name);
        return Promise.all([database.read((db) => notUploaded(db, lastReceived)), database.read(self)]);
      });
      return { name, lastReceivedAt, uploads, applied: appliedVersion };
    } catch (error) {
      const reason =
        error instanceof DatabaseUnavailable ? error.message : `The channel database "${name}" cannot be read.`;
      return { name, lastReceivedAt, uploads: [], error: reason };
    }
  }

  private observed({ name, error, lastReceivedAt, uploads, download }: Backlog, before: string): Observed[] {
    const about = (channel: string) => ({ subject: channel, item: channel, channel, name: `Channel ${channel}` });
    if (error !== undefined)
      return this.channels
        .all()
        .filter(({ channelDatabase }) => channelDatabase === name)
        .map(({ code }) => ({
          kind: 'CHANNEL_DATABASE_UNAVAILABLE' as const,
          ...about(code),
          since: '',
          reason: 'DATABASE_UNAVAILABLE',
          message: error,
        }));
    const late = uploads
      .filter(({ since }) => since < before)
      .map(({ channel, since, count }) => ({
        kind: 'CHANNEL_NOT_UPLOADED' as const,
        ...about(channel),
        since,
        reason: 'NOT_UPLOADED',
        message: `${count} operations of ${channel} have been waiting since ${since}: ${
          lastReceivedAt === null ? 'nothing has ever been uploaded' : `the last upload was at ${lastReceivedAt}`
        }.`,
      }));
    if (download === undefined || download.since >= before) return late;
    const { channel, since } = download;
    const message = `Account IDs or corrections for ${channel} have been waiting at headquarters since ${since}.`;
    return [
      ...late,
      { kind: 'CHANNEL_NOT_DOWNLOADED' as const, ...about(channel), since, reason: 'NOT_DOWNLOADED', message },
    ];
  }
}
