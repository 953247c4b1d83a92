import type { Command } from 'commander';
import { type DatabaseVersion, databaseVersions, jobTablesOf, openDatabases } from '../app.ts';
import { readConfig } from '../config.ts';
import { createLog } from '../log.ts';
import { GraphileDispatcher } from '../queue/graphile.ts';
import { examples, outputFor, printing } from './command.ts';
import type { Terminal } from './terminal.ts';

/** `hq migrate`: migrates every database to the newest schema. The server does the same when it starts. */
export function migrate(program: Command, terminal: Terminal): void {
  const command = program
    .command('migrate')
    .description('migrate every database to the newest schema')
    .option('--dry-run', 'show the schema version of each database and what would run; change nothing')
    .addHelpText('after', examples('hq migrate --dry-run', 'hq migrate'));
  printing(command).action(async ({ json, dryRun }: { json?: boolean; dryRun?: boolean }) => {
    const config = readConfig(terminal.env);
    const { print, table } = outputFor(terminal, json);
    const before = await databaseVersions(config);
    if (!dryRun) {
      const { hq, channels, close } = await openDatabases(config, createLog(config.logLevel));
      try {
        for (const name of channels.databaseNames()) await channels.open(name);
        if (!hq.embedded) await GraphileDispatcher.migrate(jobTablesOf(config));
      } finally {
        await close();
      }
    }
    print(before, (databases) =>
      table(databases, [
        { header: 'DATABASE', value: ({ database }) => database },
        { header: 'VERSION', value: versionOf },
        { header: dryRun ? 'WOULD RUN' : 'HAS RUN', value: pendingOf },
      ]),
    );
  });
}

const versionOf = ({ applied, unavailable }: DatabaseVersion): string =>
  unavailable ? 'unknown' : (applied.at(-1) ?? 'none');

function pendingOf({ pending, unknown, unavailable }: DatabaseVersion): string {
  if (unavailable) return unavailable;
  if (unknown.length > 0) return 'It was migrated by a newer version of this program.';
  return pending.join(', ') || 'nothing';
}
