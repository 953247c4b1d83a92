import type { Command } from 'commander';
import {
  CreateFunctionalityProfileDocument,
  FunctionalityProfilesDocument,
  UpdateFunctionalityProfileDocument,
} from '../../schema/operations.ts';
import { everyNode, orRefused } from '../client/client.ts';
import { examples, remote, wholeNumber } from './command.ts';
import type { Terminal } from './terminal.ts';

/** `hq profile`: lists and changes functionality profiles. */
export function profile(program: Command, terminal: Terminal): void {
  const group = program.command('profile').description('list, add, and change functionality profiles of channels');
  list(group, terminal);
  add(group, terminal);
  update(group, terminal);
}

function list(group: Command, terminal: Terminal): void {
  const command = group
    .command('list')
    .description('list the functionality profiles')
    .addHelpText('after', examples('hq profile list', 'hq profile list --json'));
  remote(command, terminal, async ({ client, print, table }) => {
    const profiles = await everyNode(client, FunctionalityProfilesDocument, {}, (data) => data.functionalityProfiles);
    print(profiles, () =>
      table(profiles, [
        { header: 'CODE', value: ({ code }) => code },
        { header: 'NAME', value: ({ name }) => name },
        { header: 'CUSTOMERS', value: modeOf },
        { header: 'TIMEOUT', value: ({ realTimeTimeoutMs }) => `${realTimeTimeoutMs} ms`, align: 'right' },
        { header: 'DEFAULT CUSTOMER', value: ({ defaultCustomer }) => defaultCustomer?.accountId ?? 'none' },
      ]),
    );
  });
}

const modeOf = ({ createCustomerInAsyncMode }: { createCustomerInAsyncMode: boolean }) =>
  createCustomerInAsyncMode ? 'asynchronous' : 'synchronous';

interface Settings {
  name?: string;
  customers?: string;
  timeout?: number;
  defaultCustomer?: string;
}

const withSettings = (command: Command): Command =>
  command
    .addOption(
      command.createOption('--customers <mode>', 'how customers are created').choices(['asynchronous', 'synchronous']),
    )
    .option('--timeout <ms>', 'how long a synchronous creation waits for the account ID', wholeNumber)
    .option('--default-customer <uuid>', 'customer that supplies language and currency');

const inputOf = ({ name, customers, timeout, defaultCustomer }: Settings) => ({
  ...(name === undefined ? {} : { name }),
  ...(customers === undefined ? {} : { createCustomerInAsyncMode: customers === 'asynchronous' }),
  ...(timeout === undefined ? {} : { realTimeTimeoutMs: timeout }),
  ...(defaultCustomer === undefined ? {} : { defaultCustomerUuid: defaultCustomer }),
});

function add(group: Command, terminal: Terminal): void {
  const command = withSettings(
    group
      .command('add')
      .argument('<code>', 'its permanent code, such as real-time')
      .description('add a functionality profile')
      .requiredOption('--name <name>', 'display name'),
  ).addHelpText('after', examples('hq profile add real-time --name "Real time" --customers synchronous'));
  remote(command, terminal, async ({ client, print }, options: Settings & { name: string }, code: string) => {
    const input = { ...inputOf(options), name: options.name, code };
    const { createFunctionalityProfile } = await client.request(CreateFunctionalityProfileDocument, { input });
    const added = orRefused(createFunctionalityProfile);
    print(added, (profile) => `Functionality profile ${profile.code} is ready: ${modeOf(profile)} customers.`);
  });
}

function update(group: Command, terminal: Terminal): void {
  const command = withSettings(
    group
      .command('update')
      .argument('<code>', 'code of the functionality profile')
      .description('change a functionality profile, and so every channel that has it')
      .option('--name <name>', 'display name'),
  ).addHelpText('after', examples('hq profile update default --customers synchronous --timeout 1500'));
  remote(command, terminal, async ({ client, print }, options: Settings, code: string) => {
    const input = { ...inputOf(options), code };
    const { updateFunctionalityProfile } = await client.request(UpdateFunctionalityProfileDocument, { input });
    const changed = orRefused(updateFunctionalityProfile);
    print(changed, (profile) => `Functionality profile ${profile.code} has ${modeOf(profile)} customers.`);
  });
}
