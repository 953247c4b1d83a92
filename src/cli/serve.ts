import type { Command, Help } from 'commander';
import { startApp } from '../app.ts';
import { allSettings, readConfig, showsGraphiql } from '../config.ts';
import { livePanel } from '../demo/live-panel.ts';
import { storyTabs } from '../demo/story.ts';
import { createLog } from '../log.ts';
import { examples } from './command.ts';
import type { Terminal } from './terminal.ts';

/** `hq serve`: serves the API and runs the jobs. */
export function serve(program: Command, { env }: Terminal): void {
  program
    .command('serve')
    .description('serve the API and run the jobs')
    .option('--port <port>', 'port to listen on; 0 picks a free port (default: PORT)')
    .addHelpText('after', examples('hq serve', 'hq serve --port 8080'))
    .addHelpText('after', ({ command }) => `\nSettings, read from the environment:\n${settings(command.createHelp())}`)
    .action(({ port }: { port?: string }) => run(port === undefined ? env : { ...env, PORT: port }));
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

/** Serves until it receives SIGINT or SIGTERM. */
async function run(environment: Terminal['env']): Promise<void> {
  const config = readConfig(environment);
  const log = createLog(config.logLevel);
  const app = await startApp(config, { log, graphiql: { tabs: storyTabs, below: livePanel() } });
  console.log(
    `Headquarters is serving. ${showsGraphiql(config) ? 'GraphiQL' : 'GraphQL'}: ${config.publicUrl || app.url}/graphql`,
  );
  if (config.tokenSecret === '')
    console.log('TOKEN_SECRET is not set: everyone who can reach this port is an operator.');
  process.send?.({ url: app.url });

  // Node.js would print the error with everything in it.
  process.on('uncaughtException', (error) => {
    log.fatal({ err: error }, 'uncaught exception');
    process.exit(1);
  });
  process.on('unhandledRejection', (error) => log.error({ err: error }, 'unhandled promise rejection'));

  const reason = await new Promise<string>((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, resolve);
    // A server started by the demo ends with it.
    process.on('disconnect', () => resolve('parent process ended'));
  });
  log.info({ reason }, 'stopping');
  // Nothing that hangs may keep the process alive. What is committed is safe; the rest was never acknowledged.
  setTimeout(() => process.exit(1), 15_000).unref();
  await app.stop();
}
