import type { Command } from 'commander';
import {
  AccountIdsSyncedDocument,
  type AccountIdsSyncedSubscription,
  ChannelsDocument,
  JobActivityDocument,
  JobRunsDocument,
  type RunPartsFragment,
  WatchAttentionDocument,
  type WatchAttentionSubscription,
} from '../../schema/operations.ts';
import { type Client, everyNode, Refused } from '../client/client.ts';
import { examples, remote } from './command.ts';
import type { Terminal } from './terminal.ts';
import { linesView } from './watch-lines.ts';
import { screenView } from './watch-screen.ts';

export type SyncedCustomer = AccountIdsSyncedSubscription['accountIdsSynced']['customers'][number] & {
  channel: string;
};
export type AttentionSummary = WatchAttentionSubscription['attention'];

/** What `hq watch` shows. */
export interface View {
  run(run: RunPartsFragment): void;
  accountId(customer: SyncedCustomer): void;
  attention(summary: AttentionSummary): void;
  connected(connected: boolean): void;
  end(): void;
}

/** Feeds that are watched at the same time. A socket may have 100 operations. */
const MOST_CHANNELS = 90;
const LISTED_RUNS = 20;

/** `hq watch`: shows runs, account IDs, and what needs attention, as they change. */
export function watch(program: Command, terminal: Terminal): void {
  const command = program
    .command('watch')
    .description('watch runs, account IDs, and what needs attention, live, until Ctrl-C')
    .option('--channel <code>', 'only the account IDs and items of this channel')
    .addHelpText('after', examples('hq watch', 'hq watch --channel houston', 'hq watch --json | jq .'));
  remote(command, terminal, async (session, options: { channel?: string }) => {
    const { client, json } = session;
    const channel = options.channel ?? null;
    const channels = channel === null ? await channelCodes(client) : [channel];
    const runs = await newestRuns(client);
    const view = terminal.stdout.isTTY && !json ? screenView(session, runs ?? []) : linesView(session);
    const interruption = terminal.interruption();
    // The connection also closes when nobody needs it anymore.
    client.onConnection((connected) => !interruption.aborted && view.connected(connected));
    const streams = [
      follow(client.subscribe(WatchAttentionDocument, { channel, first: LISTED_RUNS }), (data) =>
        view.attention(data.attention),
      ),
      ...channels.map((code) => feed(client, code, (customer) => view.accountId(customer))),
      ...(runs ? [follow(client.subscribe(JobActivityDocument, {}), ({ jobActivity }) => view.run(jobActivity))] : []),
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

async function channelCodes(client: Client): Promise<string[]> {
  const channels = await everyNode(client, ChannelsDocument, {}, (data) => data.channels);
  if (channels.length > MOST_CHANNELS)
    throw new Refused(`There are ${channels.length} channels, more than can be watched. Choose one with --channel.`);
  return channels.map(({ code }) => code);
}

/** The newest runs, oldest first; undefined if the token does not allow reading runs. */
async function newestRuns(client: Client): Promise<RunPartsFragment[] | undefined> {
  try {
    return (await everyNode(client, JobRunsDocument, {}, ({ jobRuns }) => jobRuns, LISTED_RUNS)).reverse();
  } catch (error) {
    if (error instanceof Refused && error.code === 'FORBIDDEN') return undefined;
    throw error;
  }
}

/** The feed of a channel. After a reconnect, the server sends it from the beginning again. */
function feed(client: Client, channel: string, show: (customer: SyncedCustomer) => void) {
  let last = 0;
  return follow(client.subscribe(AccountIdsSyncedDocument, { channel, after: null }), ({ accountIdsSynced }) => {
    for (const customer of accountIdsSynced.customers.filter(({ sequence }) => sequence > last))
      show({ channel, ...customer });
    last = Math.max(last, accountIdsSynced.sequence);
  });
}

function follow<Data>(stream: ReturnType<Client['subscribe']> & AsyncIterable<Data>, show: (data: Data) => void) {
  const ended = (async () => {
    for await (const data of stream) show(data);
  })();
  return { ended, stop: stream.stop };
}
