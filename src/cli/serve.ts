import type { Command, Help } from 'commander';
import { allSettings } from '../config.ts';
import { examples } from './command.ts';
import type { Terminal } from './terminal.ts';

/** `hq serve`: serves the API and runs the jobs, unless workers do. */
export function serve(program: Command, { env }: Terminal): void {
  program
    .command('serve')
    .description('serve the API and run the jobs')
    .option('--port <port>', 'port to listen on; 0 picks a free port (default: PORT)')
    .option('--no-worker', 'serve the API only; `hq worker` runs the jobs (PostgreSQL)')
    .addHelpText('after', examples('hq serve', 'hq serve --port 8080', 'hq serve --no-worker'))
    .addHelpText('after', ({ command }) => `\nSettings, read from the environment:\n${settings(command.createHelp())}`)
    .action(async ({ port, worker }: { port?: string; worker: boolean }) => {
      const { runServer } = await import('./server-process.ts');
      await runServer(port === undefined ? env : { ...env, PORT: port }, worker ? 'all' : 'api');
    });
}

function settings(help: Help): string {
  help.prepareContext({ helpWidth: 100 });
  const width = Math.max(...allSettings.map(({ name }) => name.length));
  return allSettings
    .map(({ name, meaning, fallback }) => {
      const text = `${meaning.replaceAll('`', '')}${fallback && ` Default: ${fallback}`}`;
      return help.formatItem(name, width, text, help);
    })
    .join('\n');
}
