import { startApp } from '../app.ts';
import { readConfig, showsGraphiql } from '../config.ts';
import { storyTabs } from '../demo/story.ts';
import { createLog } from '../log.ts';

/** `hq serve`: serves until it is told to stop. */
export async function serve(): Promise<void> {
  const config = readConfig(process.env);
  const log = createLog(config.logLevel);
  const app = await startApp(config, { log, graphiqlTabs: storyTabs });
  console.log(`Headquarters is serving. ${showsGraphiql(config) ? 'GraphiQL' : 'GraphQL'}: ${app.url}/graphql`);
  if (config.tokenSecret === '')
    console.log('Everybody who reaches this port is an operator: TOKEN_SECRET is not set.');
  process.send?.({ url: app.url });

  let stopping = false;
  const stop = async (reason: string) => {
    if (stopping) return;
    stopping = true;
    log.info({ reason }, 'stopping');
    // Whatever hangs must not keep the process: what is committed is safe, and what is not was never acknowledged.
    setTimeout(() => process.exit(1), 15_000).unref();
    await app.stop();
    process.exit(0);
  };
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => void stop(signal));
  // Started by the demo: it ends with it.
  process.on('disconnect', () => void stop('the parent process ended'));
  // Node itself would print the error with everything that is in it.
  process.on('uncaughtException', (error) => {
    log.fatal({ err: error }, 'uncaught exception');
    process.exit(1);
  });
  process.on('unhandledRejection', (error) => log.error({ err: error }, 'a promise was rejected and nobody listened'));
}
