import { titleOf } from './attention.ts';
import type { Output } from './command.ts';
import { count, cutOff, duration, timeOfDay } from './format.ts';
import { runTable } from './job.ts';
import type { AttentionSummary, History, View, Watched } from './watch.ts';

/** Ms between two frames at most, and at least. */
const FRAME = 100;
const IDLE = 1_000;
/** Runs and account IDs that are remembered: more than any screen has room for. */
const KEPT = 200;
/** Lines that are not items: headers, blank lines, and the line of the cursor. Channels that wait have two more. */
const FIXED = 9;
/** Ms after which a pending customer is shown as waiting. Live conversion normally takes less than a second. */
const PATIENCE = 10_000;

const HIDE_CURSOR = '\u001b[?25l';
const SHOW_CURSOR = '\u001b[?25h';
const CLEAR_BELOW = '\u001b[J';
const up = (lines: number) => (lines > 0 ? `\u001b[${lines}A\r` : '');

/** A view of what changes from now on, and of the channels. */
export interface Screen extends View {
  watched(watched: Watched): void;
}

/** Redraws a screen in place: the newest runs, the newest account IDs, channels where customers wait, and what needs attention. */
export function screenView(output: Output, server: Watched, history: History): Screen {
  const { style, table } = output;
  const { stdout } = output.terminal;
  const runs = new Map(history.runs.map((run) => [run.id, run]));
  const accountIds = new Map(history.accountIds.map((customer) => [customer.uuid, customer]));
  let { version, channels } = server;
  let summary: AttentionSummary | undefined;
  let connected = true;
  let height = 0;
  let due: NodeJS.Timeout | undefined;
  /** Whether a frame is due soon. */
  let changed = false;

  const frame = (): string[] => {
    const { columns = 80, rows = 24 } = stdout;
    const waiting = waitingChannels(channels);
    const room = Math.max(6, rows - FIXED - (waiting.length > 0 ? 2 : 0));
    const quarter = Math.floor(room / 4);
    const shown = waiting.slice(0, quarter);
    const title = `${style('bold', 'Headquarters')} ${version}  ${timeOfDay(Date.now())}  ${connected ? 'Ctrl-C to end' : style('red', 'connection lost, trying again …')}`;
    return [
      title,
      '',
      ...runTable(output, newest(runs, room - 2 * quarter - shown.length), timeOfDay).split('\n'),
      '',
      ...table(newest(accountIds, quarter), [
        { header: 'SYNCED', value: ({ syncedAt }) => timeOfDay(syncedAt) },
        { header: 'CHANNEL', value: ({ channel }) => channel },
        { header: 'ACCOUNT ID', value: ({ accountId }) => accountId },
        { header: 'CUSTOMER', value: ({ uuid }) => uuid },
      ]).split('\n'),
      '',
      ...(shown.length > 0 ? [...channelTable(shown), ''] : []),
      ...attentionLines(quarter),
    ].map((line) => cutOff(line, columns));
  };
  const channelTable = (waiting: Watched['channels']): string[] =>
    table(waiting, [
      { header: 'CHANNEL', value: ({ code }) => code },
      { header: 'PENDING', value: ({ statistics }) => statistics?.pendingCustomers, align: 'right' },
      { header: 'FAILED', value: ({ statistics }) => statistics?.failedOperations, align: 'right' },
      {
        header: 'OLDEST',
        value: ({ statistics }) =>
          statistics?.oldestPendingSince && duration(Date.now() - Date.parse(statistics.oldestPendingSince)),
      },
    ]).split('\n');
  const attentionLines = (room: number): string[] => {
    if (!summary) return [];
    if (summary.total === 0) return [style('green', 'Nothing needs attention.')];
    return [
      style('bold', `NEEDS ATTENTION: ${count(summary.total)}`),
      ...summary.items.nodes.slice(0, room).map((item) => `${item.kind}  ${titleOf(item)}`),
    ];
  };
  const draw = () => {
    clearTimeout(due);
    const lines = frame();
    stdout.write(`${up(height)}${CLEAR_BELOW}${lines.join('\n')}\n`);
    height = lines.length;
    due = setTimeout(draw, IDLE);
    changed = false;
  };
  const redraw = () => {
    if (changed) return;
    changed = true;
    clearTimeout(due);
    due = setTimeout(draw, FRAME);
  };

  stdout.write(HIDE_CURSOR);
  draw();
  return {
    run(run) {
      keep(runs, run.id, run);
      redraw();
    },
    accountId(customer) {
      keep(accountIds, customer.uuid, customer);
      redraw();
    },
    watched(now) {
      ({ version, channels } = now);
      redraw();
    },
    attention(current) {
      summary = current;
      redraw();
    },
    connected(is) {
      connected = is;
      redraw();
    },
    end() {
      draw();
      clearTimeout(due);
      stdout.write(SHOW_CURSOR);
    },
  };
}

/** Remembers an item among the newest. */
function keep<Item>(items: Map<string, Item>, id: string, item: Item): void {
  items.set(id, item);
  if (items.size > KEPT) items.delete(items.keys().next().value!);
}

/** The newest items, newest first. */
const newest = <Item>(items: Map<string, Item>, most: number): Item[] => [...items.values()].slice(-most).reverse();

/** The channels with failed operations or with customers that wait longer than a live conversion takes: most failures and longest wait first. */
function waitingChannels(channels: Watched['channels']): Watched['channels'] {
  const failed = ({ statistics }: Watched['channels'][number]) => statistics?.failedOperations ?? 0;
  const waited = ({ statistics }: Watched['channels'][number]) =>
    statistics?.oldestPendingSince ? Date.now() - Date.parse(statistics.oldestPendingSince) : 0;
  return channels
    .filter((channel) => failed(channel) > 0 || waited(channel) > PATIENCE)
    .sort((a, b) => failed(b) - failed(a) || waited(b) - waited(a));
}
