import { Command, InvalidArgumentError, Option } from 'commander';
import { tokenFor } from '../access/viewer.ts';
import { type Client, clientOf, Refused } from '../client/client.ts';
import { allSettings, InvalidSettings, readConfig } from '../config.ts';
import { demo } from '../demo/demo.ts';
import { jobsAndChains } from '../jobs/index.ts';
import { addChannel, type ChannelOptions, listChannels, setLive } from './channel.ts';
import { cancelRun, job, listRuns, retryRun } from './job.ts';
import { migrate } from './migrate.ts';
import { serve } from './serve.ts';

/** The `hq` command and its subcommands. */
export const program = new Command('hq')
  .description('Headquarters for retail channels: a GraphQL API with live subscriptions.')
  .showHelpAfterError()
  .addHelpText(
    'after',
    `\nSettings are read from the environment:\n${allSettings.map(({ name, meaning, fallback }) => `  ${name.padEnd(22)} ${meaning}${fallback ? ` Default: ${fallback}` : ''}`).join('\n')}`,
  );

const wholeNumber = (text: string) => {
  if (!/^\d+$/.test(text)) throw new InvalidArgumentError('Must be a whole number.');
  return Number(text);
};

/** Adds the options of a command that talks to a running server. */
const remote = (command: Command) =>
  command
    .addOption(
      new Option('--url <address>', 'address of the server').default(
        `http://127.0.0.1:${process.env.PORT || 4000}`,
        'http://127.0.0.1:PORT',
      ),
    )
    .addOption(new Option('--token <token>', 'access token, if the server requires one').env('HQ_TOKEN'));

async function withClient(
  { url, token }: { url: string; token?: string },
  work: (client: Client) => Promise<void>,
): Promise<void> {
  const client = clientOf(url, token);
  try {
    await work(client);
  } finally {
    await client.close();
  }
}

program.command('serve').description('serve the API and run the jobs').action(serve);

program
  .command('demo')
  .description('convert the Adventure Works customers and book their orders on a separate server, then keep serving')
  .option('--customers <count>', 'use only the first <count> customers and their orders', wholeNumber)
  .option('--exit', 'exit when done, with code 0 only if every customer, order, and sale was found exactly once')
  .action(demo);

program.command('migrate').description('migrate every database to the newest schema').action(migrate);

const channel = program.command('channel').description('list and change channels');
remote(channel.command('list').description('list the channels')).action((options) => withClient(options, listChannels));
remote(
  channel
    .command('add <code>')
    .description('add a channel')
    .requiredOption('--name <name>', 'display name')
    .addOption(
      new Option('--type <type>', 'how the channel sells')
        .choices(['RETAIL_STORE', 'ONLINE_STORE', 'CALL_CENTER'])
        .makeOptionMandatory(),
    )
    .requiredOption('--currency <code>', 'ISO 4217 currency code, such as USD')
    .requiredOption('--time-zone <zone>', 'IANA time zone, such as America/Chicago')
    .requiredOption('--country <code>', 'ISO 3166-1 alpha-2 country code, such as US')
    .option('--database <name>', 'channel database, which channels may share (default: a database of its own)')
    .option('--no-live', 'turn off live conversion: only jobs and schedules convert customers'),
).action((code: string, options: ChannelOptions & { url: string }) =>
  withClient(options, (client) => addChannel(client, code, options)),
);
remote(
  channel
    .command('live')
    .argument('<code>')
    .addArgument(program.createArgument('<state>').choices(['on', 'off']))
    .description('switch live conversion on or off'),
).action((code: string, state: string, options) =>
  withClient(options, (client) => setLive(client, code, state === 'on')),
);

const jobs = program.command('job').description('start jobs and manage their runs');
for (const { name, starts } of jobsAndChains) {
  if (!starts) continue;
  remote(
    jobs
      .command(name)
      .description(`start ${name}, or join the run in progress`)
      .option('--channel <codes...>', 'only these channels')
      .option('--business-date <day>', 'for statements, the last business day to include')
      .option('--watch', 'show progress until the run ends'),
  ).action((options) => withClient(options, (client) => job(client, name, options)));
}
remote(
  jobs
    .command('list')
    .description('list the newest runs')
    .option('--first <count>', 'number of runs to list', wholeNumber, 20),
).action((options) => withClient(options, (client) => listRuns(client, options.first)));
remote(jobs.command('cancel <id>').description('cancel a run; what was committed stays')).action(
  (id: string, options) => withClient(options, (client) => cancelRun(client, id)),
);
remote(jobs.command('retry <id>').description('queue a failed or canceled run again')).action((id: string, options) =>
  withClient(options, (client) => retryRun(client, id)),
);

program
  .command('token')
  .description('issue an access token signed with TOKEN_SECRET')
  .option('--operator <name>', 'name of the operator to issue it to')
  .option('--channel <code>', 'code of the channel to issue it to')
  .option('--valid-for <time>', 'how long the token is valid', '365d')
  .action(async ({ operator, channel: code, validFor }: { operator?: string; channel?: string; validFor: string }) => {
    const { tokenSecret } = readConfig(process.env);
    if (tokenSecret === '')
      throw new InvalidSettings('TOKEN_SECRET is not set. Without it, the server requires no tokens.');
    if ((operator === undefined) === (code === undefined)) throw new Refused('Specify either --operator or --channel.');
    console.log(
      await tokenFor(
        tokenSecret,
        code === undefined ? { kind: 'operator', name: operator! } : { kind: 'channel', channel: code },
        validFor,
      ),
    );
  });
