import type { Command } from 'commander';
import { examples } from './command.ts';
import type { Terminal } from './terminal.ts';

/** `hq worker`: runs the jobs of servers that share the same PostgreSQL databases. */
export function worker(program: Command, { env }: Terminal): void {
  program
    .command('worker')
    .description('run the jobs of `hq serve --no-worker` processes (PostgreSQL)')
    .option('--port <port>', 'port for health checks; 0 picks a free port (default: PORT)')
    .addHelpText('after', examples('hq worker', 'hq worker --port 4001'))
    .action(async ({ port }: { port?: string }) => {
      const { runServer } = await import('./server-process.ts');
      await runServer(port === undefined ? env : { ...env, PORT: port }, 'worker');
    });
}
