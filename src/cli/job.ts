import type { Command } from 'commander';
import {
  CancelJobRunDocument,
  type JobName,
  JobRunDocument,
  type JobRunQuery,
  type JobRunState,
  JobRunsDocument,
  RetryJobRunDocument,
  type RunPartsFragment,
} from '../../schema/operations.ts';
import { everyNode, orRefused, Refused } from '../client/client.ts';
import { globalIdOf, numberOf } from '../client/ids.ts';
import { ended, noBars, progressBars, titleOf, wordsOf } from '../client/progress.ts';
import { startRun, watchRun } from '../client/runs.ts';
import { enumValueOf, jobNames, jobsAndChains, takesBusinessDate } from '../jobs/index.ts';
import { day, enumOption, examples, type Output, recordNumber, remote, wholeNumber } from './command.ts';
import { count, duration, time } from './format.ts';
import type { Terminal } from './terminal.ts';

export const runStates: JobRunState[] = ['QUEUED', 'RUNNING', 'SUCCEEDED', 'FAILED', 'CANCELED'];

/** `hq job`: starts jobs and manages their runs. */
export function job(program: Command, terminal: Terminal): void {
  const group = program
    .command('job')
    .description('start jobs; list, show, cancel, and retry their runs')
    .addHelpText(
      'after',
      examples('hq job conversion --watch', 'hq job list --state failed', 'hq job show 12', 'hq job retry 12'),
    );

  group.commandsGroup('Runs:');
  list(group, terminal);
  show(group, terminal);
  cancel(group, terminal);
  retry(group, terminal);

  group.commandsGroup('Start a job, or join the run in progress:');
  for (const { name, title } of jobsAndChains) start(group, terminal, name, title);
}

function start(group: Command, terminal: Terminal, name: (typeof jobNames)[number], title: string): void {
  const command = group
    .command(name)
    .summary(title)
    .description(`start ${title}, or join the run in progress; with --watch, exit with code 1 unless it succeeds`)
    .option('--channel <codes...>', 'only these channels')
    .option('--watch', 'show progress until the run ends')
    .addHelpText('after', examples(`hq job ${name}`, `hq job ${name} --channel houston --watch`));
  if (takesBusinessDate(name))
    command.option('--business-date <day>', 'the last business date to include, such as 2026-01-31', day);
  remote(
    command,
    terminal,
    async (session, options: { channel?: string[]; businessDate?: string; watch?: boolean }) => {
      const { client, print, json } = session;
      const run = await startRun(client, name, {
        channels: options.channel ?? null,
        businessDate: options.businessDate ?? null,
      });
      if (!options.watch) return print(withNumber(run), () => sentence(session, run));
      if (!json) session.line(sentence(session, run));
      const last = await watchRun(client, run.id, json ? noBars : progressBars(terminal.stdout));
      const succeeded = last.state === 'SUCCEEDED';
      if (json || succeeded) print(withNumber(last), () => `${ended(last)} It took ${took(last)}.`);
      if (!succeeded) throw new Refused(ended(last));
    },
  );
}

function list(group: Command, terminal: Terminal): void {
  const command = group
    .command('list')
    .description('list runs, newest first')
    .addOption(enumOption('--state <state>', 'only runs in this state', runStates))
    .addOption(enumOption('--job <name>', 'only runs of this job', jobNames.map(enumValueOf)))
    .option('--first <count>', 'number of runs', wholeNumber, 20)
    .addHelpText('after', examples('hq job list --first 5', 'hq job list --state failed --json'));
  remote(
    command,
    terminal,
    async (session, { first, state, job }: { first: number; state?: JobRunState; job?: JobName }) => {
      const filter = { states: state && [state], jobs: job && [job] };
      const runs = await everyNode(session.client, JobRunsDocument, { filter }, ({ jobRuns }) => jobRuns, first);
      session.print(runs.map(withNumber), () => (runs.length === 0 ? 'There are no runs.' : runTable(session, runs)));
    },
  );
}

function show(group: Command, terminal: Terminal): void {
  const command = group
    .command('show')
    .argument('<run>', 'its number', recordNumber)
    .description('show the steps and failures of a run')
    .addHelpText('after', examples('hq job show 12'));
  remote(command, terminal, async (session, _options, number: number) => {
    const { jobRun } = await session.client.request(JobRunDocument, { id: globalIdOf('JobRun', number) });
    if (!jobRun) throw new Refused(`There is no run ${number}. "hq job list" lists the runs.`);
    session.print(withNumber(jobRun), () => details(session, jobRun));
  });
}

function cancel(group: Command, terminal: Terminal): void {
  const command = group
    .command('cancel')
    .argument('<run>', 'its number', recordNumber)
    .description('cancel a run; what was committed stays')
    .addHelpText('after', examples('hq job cancel 12'));
  remote(command, terminal, async (session, _options, number: number) => {
    const input = { id: globalIdOf('JobRun', number) };
    const run = orRefused((await session.client.request(CancelJobRunDocument, { input })).cancelJobRun);
    session.print(withNumber(run), () =>
      run.state === 'RUNNING' ? `Run ${number} stops after its current batch.` : sentence(session, run),
    );
  });
}

function retry(group: Command, terminal: Terminal): void {
  const command = group
    .command('retry')
    .argument('<run>', 'its number', recordNumber)
    .description('queue a failed or canceled run again')
    .addHelpText('after', examples('hq job retry 12'));
  remote(command, terminal, async (session, _options, number: number) => {
    const input = { id: globalIdOf('JobRun', number) };
    const run = orRefused((await session.client.request(RetryJobRunDocument, { input })).retryJobRun);
    session.print(withNumber(run), () => sentence(session, run));
  });
}

export const withNumber = <Record extends { id: string }>(record: Record): Record & { number: number } => ({
  number: numberOf(record.id),
  ...record,
});

const sentence = ({ state }: Output, run: RunPartsFragment): string =>
  `Run ${numberOf(run.id)} of ${titleOf(run.job)}: ${state(run.state)}`;

export const runTable = (
  { table, state }: Output,
  runs: RunPartsFragment[],
  clock: (at: string) => string = time,
): string =>
  table(runs, [
    { header: 'RUN', value: ({ id }) => String(numberOf(id)), align: 'right' },
    { header: 'JOB', value: ({ job }) => titleOf(job) },
    { header: 'STATE', value: (run) => state(run.state) },
    { header: 'CAUSE', value: ({ cause }) => cause },
    { header: 'STARTED', value: ({ startedAt }) => startedAt && clock(startedAt) },
    { header: 'DURATION', value: took, align: 'right' },
    { header: 'DONE', value: doneBy, align: 'right' },
    { header: 'REASON', value: reasonOf },
  ]);

function details(output: Output, run: NonNullable<JobRunQuery['jobRun']>): string {
  const { fields, table, state } = output;
  const failures = run.steps.flatMap(({ job, failures }) => failures.map((failure) => ({ job, ...failure })));
  const parts = [
    fields({
      Run: String(numberOf(run.id)),
      Job: titleOf(run.job),
      Channels: run.channels?.map(({ code }) => code).join(', ') ?? 'all',
      'Business date': run.businessDate,
      State: state(run.state),
      Reason: reasonOf(run),
      Requested: `${time(run.createdAt)} by ${run.requestedBy} (${run.cause})`,
      Started: time(run.startedAt),
      Ended: time(run.finishedAt),
      Duration: took(run),
      Attempts: run.attempt > 1 ? run.attempt : null,
    }),
    table(run.steps, [
      { header: 'STEP', value: ({ job }) => titleOf(job) },
      { header: 'STATE', value: (step) => state(step.state) },
      { header: 'DURATION', value: took, align: 'right' },
      { header: 'PHASE', value: ({ progress }) => wordsOf(progress.phase) },
      { header: 'UNIT', value: ({ progress }) => wordsOf(progress.unit) },
      { header: 'DONE', value: ({ progress }) => progress.done, align: 'right' },
      { header: 'TOTAL', value: ({ progress }) => progress.total, align: 'right' },
      { header: 'SET ASIDE', value: ({ progress }) => progress.failed, align: 'right' },
      { header: 'WAITING', value: ({ progress }) => progress.waiting, align: 'right' },
    ]),
  ];
  if (failures.length > 0)
    parts.push(
      table(failures, [
        { header: 'FAILED STEP', value: ({ job }) => titleOf(job) },
        { header: 'CHANNEL DATABASE', value: ({ channelDatabase }) => channelDatabase },
        { header: 'CODE', value: ({ errorCode }) => errorCode },
        { header: 'REASON', value: ({ message }) => message },
      ]),
    );
  return parts.join('\n\n');
}

/** How long a run or step took, or has been going on. */
export function took({
  state,
  startedAt,
  finishedAt,
}: {
  state: string;
  startedAt?: string | null;
  finishedAt?: string | null;
}): string {
  if (!startedAt || (!finishedAt && state !== 'RUNNING')) return '';
  return duration((finishedAt ? Date.parse(finishedAt) : Date.now()) - Date.parse(startedAt));
}

/** What the last step of a run with anything to do has done; while it runs, the step in progress: 120/3,013 sales */
export function doneBy({ steps }: RunPartsFragment): string {
  const current = steps.find(({ state }) => state === 'RUNNING');
  const { unit, done, total } = (current ?? steps.findLast(({ progress }) => progress.done > 0) ?? steps.at(-1)!)
    .progress;
  const [many, counted] = current ? [total, `${count(done)}/${count(total)}`] : [done, count(done)];
  return `${counted} ${many === 1 ? wordsOf(unit).replace(/s$/, '') : wordsOf(unit)}`;
}

/** Why a run failed, waits for a retry, or set records aside. */
export function reasonOf({ error, steps }: RunPartsFragment): string {
  const aside = steps.reduce((sum, { progress }) => sum + progress.failed, 0);
  const [failure] = steps.flatMap(({ failures }) => failures);
  const reason = error ?? failure;
  return [reason && `${reason.message} [${reason.errorCode}]`, aside > 0 && `${count(aside)} set aside`]
    .filter(Boolean)
    .join('; ');
}
