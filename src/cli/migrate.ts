import type { Command } from 'commander';
import type { DatabaseVersion } from '../app.ts';
import { Refused } from '../client/client.ts';
import { readConfig } from '../config.ts';
import { isExpanding } from '../data/migration.ts';
import { examples, outputFor, printing } from './command.ts';
import type { Terminal } from './terminal.ts';

/** `hq migrate`: migrates every database to the newest schema, before servers of a new version start. */
export function migrate(program: Command, terminal: Terminal): void {
  const command = program
    .command('migrate')
    .description('migrate every database to the newest schema')
    .option('--dry-run', 'show the schema version of each database and what would run; change nothing')
    .addHelpText('after', examples('hq migrate --dry-run', 'hq migrate'));
  printing(command).action(async ({ json, dryRun }: { json?: boolean; dryRun?: boolean }) => {
    const { databaseVersions, migrateDatabases } = await import('../app.ts');
    const config = readConfig(terminal.env);
    const { print, table } = outputFor(terminal, json);
    const waiting = () => void terminal.stderr.write('Another hq migrate is running. Waiting until it ends.\n');
    const versions = await (dryRun ? databaseVersions(config) : migrateDatabases(config, waiting));
    print(versions, (databases) =>
      table(databases, [
        { header: 'DATABASE', value: ({ database }) => database },
        { header: 'VERSION', value: versionOf },
        { header: dryRun ? 'WOULD RUN' : 'HAS RUN', value: pendingOf },
      ]),
    );
    const failed = versions.filter(({ unavailable }) => unavailable);
    if (!dryRun && failed.length > 0)
      throw new Refused(`Not migrated: ${failed.map(({ database }) => database).join(', ')}.`);
  });
}

const versionOf = ({ applied, unavailable }: DatabaseVersion): string =>
  unavailable ? 'unknown' : (applied.at(-1) ?? 'none');

function pendingOf({ pending, unknown, unavailable }: DatabaseVersion): string {
  if (unavailable) return unavailable;
  if (!unknown.every(isExpanding)) return 'It was migrated by a newer version of this program.';
  if (unknown.length > 0 && pending.length === 0) return 'nothing: a newer version has expanded it';
  return pending.join(', ') || 'nothing';
}
