import type { Command } from 'commander';
import { openDatabases } from '../app.ts';
import { readConfig } from '../config.ts';
import { createLog } from '../log.ts';
import { examples, outputFor, printing } from './command.ts';
import type { Terminal } from './terminal.ts';

/** `hq migrate`: migrates every database to the newest schema and lists them. The server does the same when it starts. */
export function migrate(program: Command, terminal: Terminal): void {
  const command = program
    .command('migrate')
    .description('migrate every database to the newest schema')
    .addHelpText('after', examples('hq migrate'));
  printing(command).action(async ({ json }: { json?: boolean }) => {
    const config = readConfig(terminal.env);
    const { channels, close } = await openDatabases(config, createLog(config.logLevel));
    try {
      for (const name of channels.databaseNames()) await channels.open(name);
      const databases = ['headquarters', ...channels.databaseNames().map((name) => `channel database ${name}`)];
      outputFor(terminal, json).print(databases, () => databases.map((name) => `${name}: up to date`).join('\n'));
    } finally {
      await close();
    }
  });
}
