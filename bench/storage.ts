import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { load } from './support/customers.ts';
import { measured } from './support/measure.ts';
import { type Place, type Settings, withDatabases } from './support/places.ts';
import { bytesOfSchema } from './support/postgres.ts';
import { amount, type Cpu, costOf, type Row, type Suite } from './support/report.ts';
import { addChannels, convert, withSystem } from './support/system.ts';

export const storage: Suite = {
  name: 'storage',
  title: 'What a customer takes on disk, and to convert, in one process: SQLite and PostgreSQL',
  most: 900,
  async run({ quick, sqlite, postgres }) {
    const count = quick ? 500 : 50_000;
    const rows = await stored(sqlite, count, ({ DATA_DIR }) => [
      fileSize(join(DATA_DIR!, 'hq.db')),
      fileSize(join(DATA_DIR!, 'channels/channel_01.db')),
    ]);
    if (postgres)
      rows.push(
        ...(await stored(postgres, count, ({ DATABASE_URL }) => [
          bytesOfSchema(DATABASE_URL!, 'hq'),
          bytesOfSchema(DATABASE_URL!, 'c_channel_01'),
        ])),
      );
    return rows;
  },
};

/** Loads customers into one channel, converts them, and looks at how large headquarters and the channel are. */
const stored = (place: Place, count: number, sizesOf: (settings: Settings) => Promise<number>[]): Promise<Row[]> =>
  withDatabases(place, 'storage', async (settings) => {
    const cpu = await withSystem(settings, async (app): Promise<Cpu> => {
      const [channel] = await addChannels(app, 1);
      await load(await app.channels.databaseOf(channel!), channel!, 0, count);
      const { used } = await measured(() => convert(app), !app.hq.embedded);
      return costOf('customer', count, used);
    });
    const [headquarters, inChannel] = await Promise.all(sizesOf(settings));
    const row = (where: string, bytes: number): Row => ({
      what: `A customer with one address on ${place.database}, of ${amount(count)}, ${where}`,
      value: bytes / count,
      unit: 'bytes',
      cpu,
    });
    return [row('at headquarters', headquarters!), row('in the channel', inChannel!)];
  });

const fileSize = async (file: string): Promise<number> => (await stat(file)).size;
