import type { Command } from 'commander';
import { SetMaintenanceDocument } from '../../schema/operations.ts';
import { orRefused } from '../client/client.ts';
import { examples, remote } from './command.ts';
import type { Terminal } from './terminal.ts';

/** `hq maintenance`: puts headquarters in maintenance, or ends it. */
export function maintenance(program: Command, terminal: Terminal): void {
  const command = program
    .command('maintenance')
    .addArgument(program.createArgument('<state>').choices(['on', 'off']))
    .description('put headquarters in maintenance, or end it')
    .option('--reason <text>', 'what operators and clients should know about it')
    .addHelpText('after', examples('hq maintenance on --reason "until 6 p.m."', 'hq maintenance off'));
  remote(command, terminal, async ({ client, print }, { reason }: { reason?: string }, state: string) => {
    const input = { on: state === 'on', reason: reason ?? null };
    const changed = orRefused((await client.request(SetMaintenanceDocument, { input })).setMaintenance);
    print(changed, ({ on }) => `Headquarters is ${on ? '' : 'not '}in maintenance.`);
  });
}
