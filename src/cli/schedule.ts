import { type Command, Option } from 'commander';
import {
  CreateScheduleDocument,
  DeleteScheduleDocument,
  type JobName,
  type MissedRuns,
  type SchedulePartsFragment,
  SchedulesDocument,
  UpdateScheduleDocument,
  type UpdateScheduleInput,
} from '../../schema/operations.ts';
import { type Client, everyNode, orRefused } from '../client/client.ts';
import { globalIdOf, numberOf } from '../client/ids.ts';
import { titleOf } from '../client/progress.ts';
import { enumValueOf, jobNames } from '../jobs/index.ts';
import { enumOption, examples, recordNumber, remote } from './command.ts';
import { time } from './format.ts';
import { withNumber } from './job.ts';
import type { Terminal } from './terminal.ts';

/** `hq schedule`: lists and changes the schedules that start jobs. */
export function schedule(program: Command, terminal: Terminal): void {
  const group = program.command('schedule').description('list, create, change, and delete schedules of jobs');
  list(group, terminal);
  create(group, terminal);
  update(group, terminal);
  toggle(group, terminal, true);
  toggle(group, terminal, false);
  remove(group, terminal);
}

function list(group: Command, terminal: Terminal): void {
  const command = group
    .command('list')
    .description('list the schedules')
    .addHelpText('after', examples('hq schedule list', 'hq schedule list --json'));
  remote(command, terminal, async (session) => {
    const schedules = await everyNode(session.client, SchedulesDocument, {}, ({ schedules }) => schedules);
    session.print(schedules.map(withNumber), () =>
      schedules.length === 0
        ? 'There are no schedules. Create one with "hq schedule create".'
        : session.table(schedules, [
            { header: 'SCHEDULE', value: ({ id }) => String(numberOf(id)), align: 'right' },
            { header: 'JOB', value: ({ job }) => titleOf(job) },
            { header: 'CHANNELS', value: channelsOf },
            { header: 'CRON', value: ({ cron }) => cron },
            { header: 'TIME ZONE', value: ({ timeZone }) => timeZone },
            { header: 'ENABLED', value: ({ enabled }) => (enabled ? 'yes' : 'no') },
            { header: 'MISSED RUNS', value: ({ missedRuns }) => missedRuns },
            { header: 'NEXT RUN', value: ({ nextRunAt }) => time(nextRunAt) },
            { header: 'LAST RUN', value: ({ lastRunAt }) => time(lastRunAt) },
            {
              header: 'RESULT',
              value: ({ lastRun }) => lastRun && `${session.state(lastRun.state)} (run ${numberOf(lastRun.id)})`,
            },
          ]),
    );
  });
}

interface Options {
  cron?: string;
  channel?: string[];
  allChannels?: boolean;
  timeZone?: string;
  missedRuns?: MissedRuns;
}

const withOptions = (command: Command): Command =>
  command
    .option('--channel <codes...>', 'the channels to run it for')
    .option('--time-zone <zone>', 'IANA time zone of the pattern, such as America/Chicago')
    .addOption(enumOption('--missed-runs <policy>', 'what to do about missed runs', ['RUN_ONCE', 'SKIP']));

function create(group: Command, terminal: Terminal): void {
  const names = jobNames.join(', ');
  const command = withOptions(
    group
      .command('create')
      .description('create a schedule; by default in UTC, for all channels, and with missed runs run once')
      .addArgument(group.createArgument('<job>', `the job to run: ${names}`).choices(jobNames))
      .argument('<cron>', 'when: minute, hour, day of month, month, and day of week'),
  )
    .option('--disabled', 'create it without enabling it')
    .addHelpText(
      'after',
      examples(
        "hq schedule create conversion '*/5 * * * *'",
        "hq schedule create end-of-day '30 23 * * *' --channel houston --time-zone America/Chicago",
      ),
    );
  remote(
    command,
    terminal,
    async (session, options: Options & { disabled?: boolean }, name: (typeof jobNames)[number], cron: string) => {
      const { channel, timeZone, missedRuns, disabled } = options;
      const input = {
        job: enumValueOf(name) as JobName,
        cron,
        channels: channel ?? null,
        timeZone,
        missedRuns,
        enabled: !disabled,
      };
      const created = orRefused((await session.client.request(CreateScheduleDocument, { input })).createSchedule);
      session.print(withNumber(created), (schedule) => sentence(schedule));
    },
  );
}

function update(group: Command, terminal: Terminal): void {
  const command = withOptions(
    group
      .command('update')
      .argument('<schedule>', 'its number', recordNumber)
      .description('change a schedule; what is not specified stays')
      .option('--cron <pattern>', 'when: minute, hour, day of month, month, and day of week'),
  )
    .addOption(new Option('--all-channels', 'run it for all channels').conflicts('channel'))
    .addHelpText(
      'after',
      examples("hq schedule update 1 --cron '*/10 * * * *'", 'hq schedule update 1 --all-channels'),
    );
  remote(command, terminal, async (session, options: Options, number: number) => {
    const { cron, channel, allChannels, timeZone, missedRuns } = options;
    const channels = allChannels ? null : channel;
    const updated = await change(session.client, number, { cron, channels, timeZone, missedRuns });
    session.print(withNumber(updated), sentence);
  });
}

function toggle(group: Command, terminal: Terminal, enabled: boolean): void {
  const verb = enabled ? 'enable' : 'disable';
  const command = group
    .command(verb)
    .argument('<schedule>', 'its number', recordNumber)
    .description(enabled ? 'let a schedule start runs' : 'keep a schedule from starting runs')
    .addHelpText('after', examples(`hq schedule ${verb} 1`));
  remote(command, terminal, async (session, _options, number: number) => {
    session.print(withNumber(await change(session.client, number, { enabled })), sentence);
  });
}

function remove(group: Command, terminal: Terminal): void {
  const command = group
    .command('delete')
    .argument('<schedule>', 'its number', recordNumber)
    .description('delete a schedule; the runs it has started are kept')
    .addHelpText('after', examples('hq schedule delete 1'));
  remote(command, terminal, async (session, _options, number: number) => {
    const input = { id: globalIdOf('Schedule', number) };
    const deleted = orRefused((await session.client.request(DeleteScheduleDocument, { input })).deleteSchedule);
    session.print(withNumber(deleted), () => `Schedule ${number} is deleted.`);
  });
}

const change = async (client: Client, number: number, changes: Omit<UpdateScheduleInput, 'id'>) =>
  orRefused(
    (await client.request(UpdateScheduleDocument, { input: { id: globalIdOf('Schedule', number), ...changes } }))
      .updateSchedule,
  );

const channelsOf = ({ channels }: SchedulePartsFragment): string =>
  channels?.map(({ code }) => code).join(', ') ?? 'all';

const sentence = (schedule: SchedulePartsFragment): string =>
  `Schedule ${numberOf(schedule.id)} of ${titleOf(schedule.job)} ${
    schedule.nextRunAt
      ? `runs next at ${time(schedule.nextRunAt)}`
      : schedule.enabled
        ? 'never runs again'
        : 'is disabled'
  }.`;
