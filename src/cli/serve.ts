import { startApp } from '../app.ts';
import { readConfig, showsGraphiql } from '../config.ts';
import { livePanel } from '../demo/live-panel.ts';
import { storyTabs } from '../demo/story.ts';
import { createLog } from '../log.ts';

/** `hq serve`: serves until it receives SIGINT or SIGTERM. */
export async function serve(): Promise<void> {
  const config = readConfig(process.env);
  const log = createLog(config.logLevel);
  const app = await startApp(config, { log, graphiql: { tabs: storyTabs, below: livePanel() } });
  console.log(`Headquarters is serving. ${showsGraphiql(config) ? 'GraphiQL' : 'GraphQL'}: ${app.url}/graphql`);
  if (config.tokenSecret === '')
    console.log('TOKEN_SECRET is not set: everyone who can reach this port is an operator.');
  process.send?.({ url: app.url });

  let stopping = false;
  const stop = async (reason: string) => {
    if (stopping) return;
    stopping = true;
    log.info({ reason }, 'stopping');
    // Nothing that hangs may keep the process alive. What is committed is safe; the rest was never acknowledged.
    setTimeout(() => process.exit(1), 15_000).unref();
    await app.stop();
    process.exit(0);
  };
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => void stop(signal));
  // A server started by the demo ends with it.
  process.on('disconnect', () => void stop('parent process ended'));
  // Node.js would print the error with everything in it.
  process.on('uncaughtException', (error) => {
    log.fatal({ err: error }, 'uncaught exception');
    process.exit(1);
  });
  process.on('unhandledRejection', (error) => log.error({ err: error }, 'unhandled promise rejection'));
}
