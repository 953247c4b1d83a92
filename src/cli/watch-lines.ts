import { numberOf } from '../client/ids.ts';
import { titleOf } from '../client/progress.ts';
import type { Output } from './command.ts';
import { count, timeOfDay } from './format.ts';
import { doneBy, reasonOf, took, withNumber } from './job.ts';
import type { View, Watched } from './watch.ts';

/** Runs whose last line is remembered, so that it is not repeated. */
const KEPT = 1_000;

/** A line per event, for pipes and files. With --json, each line is an object. */
export function linesView(output: Output, { version }: Watched): View {
  const { json, line, state } = output;
  const print = (event: Record<string, unknown>, text: string[]) =>
    line(json ? JSON.stringify(event) : [timeOfDay(Date.now()), ...text].filter(Boolean).join('  '));
  const seen = new Map<string, string>();
  let lost = false;
  print({ server: { version } }, [`headquarters ${version}`]);
  return {
    run(run) {
      const step = run.steps.find((candidate) => candidate.state === 'RUNNING');
      const shown = `${run.attempt} ${run.state} ${step?.job}`;
      if (seen.get(run.id) === shown) return;
      seen.set(run.id, shown);
      if (seen.size > KEPT) seen.delete(seen.keys().next().value!);
      const number = String(numberOf(run.id));
      const progress = run.finishedAt ? [took(run), doneBy(run)] : [step ? titleOf(step.job) : ''];
      print({ run: withNumber(run) }, [
        `run ${number}`,
        titleOf(run.job),
        state(run.state),
        ...progress,
        reasonOf(run),
      ]);
    },
    accountId(customer) {
      const { channel, sequence, accountId, uuid } = customer;
      print({ accountId: customer }, [channel, `#${sequence}`, accountId, uuid]);
    },
    attention(summary) {
      const counts = summary.counts.filter((kind) => kind.count > 0).map((kind) => `${count(kind.count)} ${kind.kind}`);
      print({ attention: summary }, [
        summary.total === 0 ? 'nothing needs attention' : `needs attention: ${counts.join(', ')}`,
      ]);
    },
    connected(connected) {
      if (!json && connected === lost) line(connected ? 'connected again' : 'connection lost, trying again …');
      lost = !connected;
    },
    end() {},
  };
}
