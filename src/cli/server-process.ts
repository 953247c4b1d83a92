import { type AppOptions, startApp } from '../app.ts';
import { readConfig, showsGraphiql } from '../config.ts';
import { livePanel } from '../demo/live-panel.ts';
import { storyTabs } from '../demo/story.ts';
import { createLog } from '../log.ts';
import type { Terminal } from './terminal.ts';

/** Runs a server, or one half of it, until it receives SIGINT or SIGTERM. */
export async function runServer(environment: Terminal['env'], role: NonNullable<AppOptions['role']>): Promise<void> {
  const config = readConfig(environment);
  const log = createLog(config.logLevel);
  const app = await startApp(config, { log, role, graphiql: { tabs: storyTabs, below: livePanel() } });
  if (role === 'worker') console.log(`Headquarters is running jobs. Health: ${app.url}/health/ready`);
  else
    console.log(
      `Headquarters is serving. ${showsGraphiql(config) ? 'GraphiQL' : 'GraphQL'}: ${config.publicUrl || app.url}/graphql`,
    );
  if (config.tokenSecret === '' && role !== 'worker')
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
