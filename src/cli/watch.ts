import { setTimeout as delay } from 'node:timers/promises';
import type { Command } from 'commander';
import {
  AccountIdsSyncedDocument,
  type AccountIdsSyncedSubscription,
  JobActivityDocument,
  JobRunsDocument,
  NewestAccountIdsDocument,
  type RunPartsFragment,
  WatchAttentionDocument,
  type WatchAttentionSubscription,
  WatchChannelDocument,
  WatchChannelsDocument,
  type WatchedChannelFragment,
} from '../../schema/operations.ts';
import { type Client, everyNode, Refused, Unreachable } from '../client/client.ts';
import { examples, remote } from './command.ts';
import type { Terminal } from './terminal.ts';
import { linesView } from './watch-lines.ts';
import { screenView } from './watch-screen.ts';

export type SyncedCustomer = AccountIdsSyncedSubscription['accountIdsSynced']['customers'][number] & {
  channel: string;
};
export type AttentionSummary = WatchAttentionSubscription['attention'];

/** The server and its channels. */
export interface Watched {
  version: string;
  channels: WatchedChannelFragment[];
}

/** What happened before `hq watch` started, oldest first. */
export interface History {
  runs: RunPartsFragment[];
  accountIds: Omit<SyncedCustomer, 'sequence'>[];
}

/** What `hq watch` shows. */
export interface View {
  run(run: RunPartsFragment): void;
  accountId(customer: SyncedCustomer): void;
  attention(summary: AttentionSummary): void;
  connected(connected: boolean): void;
  end(): void;
}

const LISTED = 20;
/** Ms between two readings of the statistics. */
const READ_EVERY = 2_000;

/** `hq watch`: shows runs, account IDs, and what needs attention, as they change. */
export function watch(program: Command, terminal: Terminal): void {
  const command = program
    .command('watch')
    .description('watch runs, account IDs, and what needs attention, live, until Ctrl-C')
    .option('--channel <code>', 'only the account IDs and items of this channel')
    .addHelpText('after', examples('hq watch', 'hq watch --channel houston', 'hq watch --json | jq .'));
  remote(command, terminal, async (session, { channel }: { channel?: string }) => {
    const { client, json } = session;
    const watched = await read(client, channel);
    const runs = await newestRuns(client);
    const interruption = terminal.interruption();
    const screen =
      terminal.stdout.isTTY && !json
        ? screenView(session, watched, { runs: runs ?? [], accountIds: await newestAccountIds(client, channel) })
        : undefined;
    const view: View = screen ?? linesView(session, watched);
    // The connection also closes when nobody needs it anymore.
    client.onConnection((connected) => !interruption.aborted && view.connected(connected));
    const streams = [
      follow(client.subscribe(WatchAttentionDocument, { filter: { channel }, first: LISTED }), (data) =>
        view.attention(data.attention),
      ),
      ...watched.channels.map((from) => feed(client, from, (customer) => view.accountId(customer))),
      ...(runs ? [follow(client.subscribe(JobActivityDocument, {}), ({ jobActivity }) => view.run(jobActivity))] : []),
      ...(screen ? [poll(() => read(client, channel), screen.watched)] : []),
    ];
    const interrupted = new Promise<void>((resolve) => interruption.addEventListener('abort', () => resolve()));
    try {
      // Streams that wait for a connection end late.
      await Promise.race([interrupted, ...streams.map(({ ended }) => ended)]);
    } finally {
      for (const stream of streams) stream.stop();
      view.end();
    }
  });
}

/** All channels, or this one. A socket may have 100 operations, which limits how many feeds it can follow. */
async function read(client: Client, code: string | undefined): Promise<Watched> {
  if (code !== undefined) {
    const { serverInfo, channel } = await client.request(WatchChannelDocument, { code });
    if (!channel) throw new Refused(`There is no channel "${code}".`);
    return { ...serverInfo!, channels: [channel] };
  }
  const { serverInfo, channels } = await client.request(WatchChannelsDocument, {});
  const { nodes, pageInfo } = channels!;
  if (pageInfo.hasNextPage)
    throw new Refused(`There are more than ${nodes.length} channels, too many to watch. Choose one with --channel.`);
  return { ...serverInfo!, channels: nodes };
}

/** The newest runs, oldest first; undefined if the token does not allow reading runs. */
async function newestRuns(client: Client): Promise<RunPartsFragment[] | undefined> {
  try {
    return (await everyNode(client, JobRunsDocument, {}, ({ jobRuns }) => jobRuns, LISTED)).reverse();
  } catch (error) {
    if (error instanceof Refused && error.code === 'FORBIDDEN') return undefined;
    throw error;
  }
}

/** Of the customers that were created last, those whose account ID has arrived in their channel. */
async function newestAccountIds(client: Client, channel: string | undefined): Promise<History['accountIds']> {
  const { customers } = await client.request(NewestAccountIdsDocument, { channel, first: LISTED });
  return customers!.nodes
    .flatMap(({ uuid, accountId, channel: { code }, timeline }) => {
      const arrived = timeline.find(({ stage }) => stage === 'BACK_IN_CHANNEL');
      return accountId && arrived ? [{ uuid, accountId, channel: code, syncedAt: arrived.at }] : [];
    })
    .sort((a, b) => a.syncedAt.localeCompare(b.syncedAt));
}

/** The feed of a channel from the cursor of its statistics on. After a reconnect, the server sends it from there again. */
function feed(
  client: Client,
  { code: channel, statistics }: WatchedChannelFragment,
  show: (customer: SyncedCustomer) => void,
) {
  let last = 0;
  const stream = client.subscribe(AccountIdsSyncedDocument, { channel, after: statistics?.feedCursor, from: 'NOW' });
  return follow(stream, ({ accountIdsSynced }) => {
    for (const customer of accountIdsSynced.customers.filter(({ sequence }) => sequence > last))
      show({ channel, ...customer });
    last = Math.max(last, accountIdsSynced.sequence);
  });
}

/** Reads again and again. While the server does not answer, the connection of the streams says so. */
function poll<Data>(read: () => Promise<Data>, show: (data: Data) => void) {
  const stopped = new AbortController();
  const ended = (async () => {
    for (;;) {
      await delay(READ_EVERY, undefined, { signal: stopped.signal });
      try {
        const data = await read();
        stopped.signal.throwIfAborted();
        show(data);
      } catch (error) {
        if (!(error instanceof Unreachable)) throw error;
      }
    }
  })();
  return { ended, stop: () => stopped.abort() };
}

function follow<Data>(stream: ReturnType<Client['subscribe']> & AsyncIterable<Data>, show: (data: Data) => void) {
  const ended = (async () => {
    for await (const data of stream) show(data);
  })();
  return { ended, stop: stream.stop };
}
