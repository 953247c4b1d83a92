import type { RunPartsFragment } from '../../schema/operations.ts';
import { titleOf } from './attention.ts';
import type { Output } from './command.ts';
import { count, cutOff, timeOfDay } from './format.ts';
import { runTable } from './job.ts';
import type { AttentionSummary, SyncedCustomer, View } from './watch.ts';

/** Ms between two frames at most, and at least. */
const FRAME = 100;
const IDLE = 1_000;
/** Runs and account IDs that are remembered: more than any screen has room for. */
const KEPT = 200;
/** Lines that are not items: headers, blank lines, and the line of the cursor. */
const FIXED = 9;

const HIDE_CURSOR = '\u001b[?25l';
const SHOW_CURSOR = '\u001b[?25h';
const CLEAR_BELOW = '\u001b[J';
const up = (lines: number) => (lines > 0 ? `\u001b[${lines}A\r` : '');

/** Redraws a screen in place: the newest runs, the newest account IDs, and what needs attention. */
export function screenView(output: Output, newest: RunPartsFragment[]): View {
  const { style, table } = output;
  const { stdout } = output.terminal;
  const runs = new Map(newest.map((run) => [run.id, run]));
  let accountIds: SyncedCustomer[] = [];
  let summary: AttentionSummary | undefined;
  let connected = true;
  let height = 0;
  let due: NodeJS.Timeout | undefined;
  /** Whether a frame is due soon. */
  let changed = false;

  const frame = (): string[] => {
    const { columns = 80, rows = 24 } = stdout;
    // Each feed begins with its history.
    accountIds = accountIds.sort((a, b) => a.syncedAt.localeCompare(b.syncedAt)).slice(-KEPT);
    const room = Math.max(6, rows - FIXED);
    const share = { runs: Math.ceil(room / 2), accountIds: Math.floor(room / 4), attention: Math.floor(room / 4) };
    const title = `${style('bold', 'Headquarters')}  ${timeOfDay(Date.now())}  ${connected ? 'Ctrl-C to end' : style('red', 'connection lost, trying again …')}`;
    return [
      title,
      '',
      ...runTable(output, [...runs.values()].slice(-share.runs).reverse(), timeOfDay).split('\n'),
      '',
      ...table(accountIds.slice(-share.accountIds).reverse(), [
        { header: 'SYNCED', value: ({ syncedAt }) => timeOfDay(syncedAt) },
        { header: 'CHANNEL', value: ({ channel }) => channel },
        { header: 'ACCOUNT ID', value: ({ accountId }) => accountId },
        { header: 'CUSTOMER', value: ({ uuid }) => uuid },
      ]).split('\n'),
      '',
      ...attentionLines(share.attention),
    ].map((line) => cutOff(line, columns));
  };
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
      runs.set(run.id, run);
      if (runs.size > KEPT) runs.delete(runs.keys().next().value!);
      redraw();
    },
    accountId(customer) {
      accountIds.push(customer);
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
