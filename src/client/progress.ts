import type { Writable } from 'node:stream';
import { MultiBar } from 'cli-progress';
import type { RunPartsFragment } from '../../schema/operations.ts';
import { enumValueOf, jobsAndChains } from '../jobs/index.ts';

interface Bars {
  set(name: string, done: number, total: number, note?: string): void;
  stop(): void;
}

/** One bar per name. Without a terminal, it prints a line now and then instead. */
export function progressBars(stream: Writable & { isTTY?: boolean } = process.stdout): Bars {
  const terminal = stream.isTTY === true;
  const multi = new MultiBar({
    format: '  {name} {bar} {value}/{total} {note}',
    barCompleteChar: '█',
    barIncompleteChar: '░',
    barsize: 30,
    hideCursor: true,
    noTTYOutput: false,
    emptyOnZero: true,
    autopadding: true,
    stream: stream as NodeJS.WriteStream,
  });
  const bars = new Map<string, ReturnType<MultiBar['create']>>();
  const printed = new Map<string, number>();
  const line = (name: string, done: number, total: number, note: string) => {
    const before = printed.get(name);
    if (before === done || (done < total && before !== undefined && done - before < total / 4)) return;
    printed.set(name, done);
    stream.write(`${`  ${name.padEnd(28)} ${done}/${total} ${note}`.trimEnd()}\n`);
  };
  return {
    set(name, done, total, note = '') {
      if (!terminal) return line(name, done, total, note);
      const bar = bars.get(name) ?? multi.create(total, 0, { name: name.padEnd(28), note });
      bars.set(name, bar);
      bar.setTotal(total);
      bar.update(done, { note });
    },
    stop: () => multi.stop(),
  };
}

/** For commands that print nothing but JSON. */
export const noBars: Bars = { set() {}, stop() {} };

/** Shows the progress of each step of a run. */
export function showRun(bars: Bars, run: RunPartsFragment): void {
  for (const { job, progress, state } of run.steps) {
    if (state === 'WAITING') continue;
    const { unit, phase, done, failed, total, waiting, ratePerSecond: rate } = progress;
    const notes = [
      wordsOf(unit),
      state === 'RUNNING' && wordsOf(phase),
      rate && `${rate}/s`,
      failed > 0 && `${failed} set aside`,
      waiting > 0 && `${waiting} waiting`,
    ];
    bars.set(titleOf(job), done + failed, total, notes.filter(Boolean).join(', '));
  }
}

/** An enum value in words: `sales`, `creating sales orders`. */
export const wordsOf = (value: string): string => value.toLowerCase().replaceAll('_', ' ');

/** The title of a job or a chain. */
export const titleOf = (job: RunPartsFragment['job']): string =>
  jobsAndChains.find(({ name }) => enumValueOf(name) === job)?.title ?? job;

/** A sentence that says how a run ended. */
export const ended = (run: RunPartsFragment): string => {
  const name = titleOf(run.job);
  if (run.state === 'SUCCEEDED') return `${name} succeeded.`;
  if (run.state === 'CANCELED') return `${name} was canceled. What was committed stays.`;
  return `${name} failed: ${run.error?.message ?? 'no reason given'} [${run.error?.errorCode ?? 'UNKNOWN'}]`;
};
