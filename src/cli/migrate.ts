import { openDatabases } from '../app.ts';
import { readConfig } from '../config.ts';
import { createLog } from '../log.ts';

/** `hq migrate`: migrates every database to the newest schema and lists them. The server does the same when it starts. */
export async function migrate(): Promise<void> {
  const config = readConfig(process.env);
  const { channels, close } = await openDatabases(config, createLog(config.logLevel));
  try {
    console.log('headquarters: up to date');
    for (const name of new Set(channels.all().map(({ channelDatabase }) => channelDatabase))) {
      await channels.open(name);
      console.log(`channel database ${name}: up to date`);
    }
  } finally {
    await close();
  }
}
