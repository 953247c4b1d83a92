import type { Command } from 'commander';
import {
  ChannelsDocument,
  type ChannelType,
  CreateChannelDocument,
  UpdateChannelDocument,
} from '../../schema/operations.ts';
import { everyNode, orRefused } from '../client/client.ts';
import { enumOption, examples, remote } from './command.ts';
import { time } from './format.ts';
import type { Terminal } from './terminal.ts';

const types: ChannelType[] = ['RETAIL_STORE', 'ONLINE_STORE', 'CALL_CENTER'];

/** `hq channel`: lists and changes channels. */
export function channel(program: Command, terminal: Terminal): void {
  const group = program.command('channel').description('list, add, and change channels');
  list(group, terminal);
  add(group, terminal);
  live(group, terminal);
  setProfile(group, terminal);
}

function list(group: Command, terminal: Terminal): void {
  const command = group
    .command('list')
    .description('list the channels')
    .addHelpText('after', examples('hq channel list', 'hq channel list --json'));
  remote(command, terminal, async ({ client, print, table }) => {
    const channels = await everyNode(client, ChannelsDocument, {}, (data) => data.channels);
    print(channels, () =>
      channels.length === 0
        ? 'There are no channels. Add one with "hq channel add".'
        : table(channels, [
            { header: 'CODE', value: ({ code }) => code },
            { header: 'NAME', value: ({ name }) => name },
            { header: 'TYPE', value: ({ type }) => type },
            { header: 'CURRENCY', value: ({ currency }) => currency },
            { header: 'COUNTRY', value: ({ country }) => country },
            { header: 'TIME ZONE', value: ({ timeZone }) => timeZone },
            { header: 'LIVE', value: ({ liveConversion }) => (liveConversion ? 'on' : 'off') },
            { header: 'PROFILE', value: ({ functionalityProfile }) => functionalityProfile.code },
            { header: 'PENDING', value: ({ statistics }) => known(statistics?.pendingCustomers), align: 'right' },
            { header: 'FAILED', value: ({ statistics }) => known(statistics?.failedOperations), align: 'right' },
            { header: 'DATABASE', value: ({ channelDatabase }) => channelDatabase.name },
            { header: 'RECEIVED', value: ({ channelDatabase }) => channelDatabase.lastReceived, align: 'right' },
            { header: 'LAST RECEIVED', value: ({ channelDatabase }) => time(channelDatabase.lastReceivedAt) },
          ]),
    );
  });
}

/** A figure, unless the database that knows it is unavailable. */
const known = (figure: number | null | undefined) => figure ?? 'unknown';

interface AddOptions {
  name: string;
  type: ChannelType;
  currency: string;
  timeZone: string;
  country: string;
  database?: string;
  profile?: string;
  live: boolean;
}

function add(group: Command, terminal: Terminal): void {
  const command = group
    .command('add')
    .argument('<code>', 'its permanent code, such as houston')
    .description('add a channel')
    .requiredOption('--name <name>', 'display name')
    .addOption(enumOption('--type <type>', 'how it sells', types).makeOptionMandatory())
    .requiredOption('--currency <code>', 'ISO 4217 currency code, such as USD')
    .requiredOption('--time-zone <zone>', 'IANA time zone, such as America/Chicago')
    .requiredOption('--country <code>', 'ISO 3166-1 alpha-2 country code, such as US')
    .option('--database <name>', 'channel database, which channels may share (default: a database of its own)')
    .option('--profile <code>', 'functionality profile (default: default)')
    .option('--no-live', 'turn off live conversion: only jobs and schedules convert customers')
    .addHelpText(
      'after',
      examples(
        'hq channel add houston --name Houston --type retail-store --currency USD --time-zone America/Chicago --country US',
      ),
    );
  remote(command, terminal, async ({ client, print }, options: AddOptions, code: string) => {
    const { name, type, currency, timeZone, country, database, profile, live } = options;
    const input = {
      code,
      name,
      type,
      currency,
      timeZone,
      country,
      liveConversion: live,
      channelDatabase: database ?? null,
      functionalityProfile: profile ?? null,
    };
    const added = orRefused((await client.request(CreateChannelDocument, { input })).createChannel);
    print(added, ({ code }) => `Channel ${code} is ready.`);
  });
}

function live(group: Command, terminal: Terminal): void {
  const command = group
    .command('live')
    .argument('<code>', 'code of the channel')
    .addArgument(group.createArgument('<state>').choices(['on', 'off']))
    .description('turn live conversion on or off')
    .addHelpText('after', examples('hq channel live houston off'));
  remote(command, terminal, async ({ client, print }, _options, code: string, state: string) => {
    const input = { code, liveConversion: state === 'on' };
    const changed = orRefused((await client.request(UpdateChannelDocument, { input })).updateChannel);
    print(changed, ({ code, liveConversion }) => `Live conversion of ${code} is ${liveConversion ? 'on' : 'off'}.`);
  });
}

function setProfile(group: Command, terminal: Terminal): void {
  const command = group
    .command('profile')
    .argument('<code>', 'code of the channel')
    .argument('<profile>', 'code of the functionality profile')
    .description('give a channel another functionality profile')
    .addHelpText('after', examples('hq channel profile houston real-time'));
  remote(command, terminal, async ({ client, print }, _options, code: string, functionalityProfile: string) => {
    const input = { code, functionalityProfile };
    const changed = orRefused((await client.request(UpdateChannelDocument, { input })).updateChannel);
    print(changed, (channel) => `Channel ${channel.code} has the profile ${channel.functionalityProfile.code}.`);
  });
}
