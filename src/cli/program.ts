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

/** The command `hq`, with all its subcommands. */
export const program = new Command('hq')
  .description('The headquarters for retail channels: a GraphQL API with live subscriptions.')
  .showHelpAfterError()
  .addHelpText(
    'after',
    `\nSettings are read from the environment:\n${allSettings.map(({ name, meaning, fallback }) => `  ${name.padEnd(22)} ${meaning}${fallback ? ` Default: ${fallback}` : ''}`).join('\n')}`,
  );

const wholeNumber = (text: string) => {
  if (!/^\d+$/.test(text)) throw new InvalidArgumentError('It must be a whole number.');
  return Number(text);
};

/** A command that is a client of a running server. */
const remote = (command: Command) =>
  command
    .addOption(
      new Option('--url <address>', 'the server').default(
        `http://127.0.0.1:${process.env.PORT || 4000}`,
        'http://127.0.0.1:PORT',
      ),
    )
    .addOption(new Option('--token <token>', 'access token, when the server asks for one').env('HQ_TOKEN'));

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
  .description(
    'convert the customers of Adventure Works and book their orders on a server of its own, then keep serving',
  )
  .option('--customers <count>', 'only so many customers, and their orders', wholeNumber)
  .option('--exit', 'end afterwards: exit code 0 only if every customer, order and sale is there exactly once')
  .action(demo);

program.command('migrate').description('bring every database to the newest migration').action(migrate);

const channel = program.command('channel').description('list and change channels');
remote(channel.command('list').description('list the channels')).action((options) => withClient(options, listChannels));
remote(
  channel
    .command('add <code>')
    .description('add a channel')
    .requiredOption('--name <name>', 'what people call it')
    .addOption(
      new Option('--type <type>', 'how it sells')
        .choices(['RETAIL_STORE', 'ONLINE_STORE', 'CALL_CENTER'])
        .makeOptionMandatory(),
    )
    .requiredOption('--currency <code>', 'ISO 4217 code')
    .requiredOption('--time-zone <zone>', 'IANA time zone')
    .requiredOption('--country <code>', 'ISO 3166-1 code')
    .option('--database <name>', 'channel database to share; by default one of its own')
    .option('--no-live', 'convert by jobs and schedules only'),
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

const jobs = program.command('job').description('run jobs and look at their runs');
for (const { name, starts } of jobsAndChains) {
  if (!starts) continue;
  remote(
    jobs
      .command(name)
      .description(`start ${name}, or join the run that is under way`)
      .option('--channel <codes...>', 'only for these channels')
      .option('--business-date <day>', 'statements: only up to this business day')
      .option('--watch', 'show its progress until it ends'),
  ).action((options) => withClient(options, (client) => job(client, name, options)));
}
remote(
  jobs.command('list').description('list the newest runs').option('--first <count>', 'how many', wholeNumber, 20),
).action((options) => withClient(options, (client) => listRuns(client, options.first)));
remote(jobs.command('cancel <id>').description('cancel a run; what was committed stays')).action(
  (id: string, options) => withClient(options, (client) => cancelRun(client, id)),
);
remote(jobs.command('retry <id>').description('queue a failed or cancelled run again')).action((id: string, options) =>
  withClient(options, (client) => retryRun(client, id)),
);

program
  .command('token')
  .description('issue an access token, signed with TOKEN_SECRET')
  .option('--operator <name>', 'for an operator of headquarters')
  .option('--channel <code>', 'for a client of this channel')
  .option('--valid-for <time>', 'how long it is valid', '365d')
  .action(async ({ operator, channel: code, validFor }: { operator?: string; channel?: string; validFor: string }) => {
    const { tokenSecret } = readConfig(process.env);
    if (tokenSecret === '') throw new InvalidSettings('TOKEN_SECRET is not set: without it no token is asked for.');
    if ((operator === undefined) === (code === undefined)) throw new Refused('Give either --operator or --channel.');
    console.log(
      await tokenFor(
        tokenSecret,
        code === undefined ? { kind: 'operator', name: operator! } : { kind: 'channel', channel: code },
        validFor,
      ),
    );
  });
