import { channelsOf, openHeadquarters } from '../app.ts';
import { readConfig } from '../config.ts';

/** `hq migrate`: brings every database to the newest migration, and says which. The server does the same by itself at first use. */
export async function migrate(): Promise<void> {
  const config = readConfig(process.env);
  const hq = await openHeadquarters(config);
  console.log('headquarters: up to date');
  const channels = channelsOf(config, hq);
  await channels.refresh();
  for (const name of new Set(channels.all().map(({ channelDatabase }) => channelDatabase))) {
    await channels.open(name);
    console.log(`channel database ${name}: up to date`);
  }
  await channels.close();
  await hq.close();
}
