import type { App } from '../src/app.ts';
import { customerPage } from '../src/data/customers.ts';
import { type Child, startChild } from './support/child.ts';
import { CHANNELS, many } from './support/datasets.ts';
import { measured } from './support/measure.ts';
import { customersPage } from './support/operations.ts';
import type { Place } from './support/places.ts';
import {
  amount,
  atLeast,
  both,
  type Cpu,
  costOf,
  median,
  type Row,
  ratioAtLeast,
  type Suite,
} from './support/report.ts';
import { withSystem } from './support/system.ts';

/** Within 1.2 times what a page of few costs. */
const FLAT = 1 / 1.2;

export const pages: Suite = {
  name: 'pages',
  title: 'A page of 20 customers with addresses from headquarters over HTTP, 8 connections, client in another process',
  most: 3_000,
  async run({ quick, sqlite, postgres, say }) {
    const rows = await compared(sqlite, quick ? [1_000, 2_000] : [1_000, 1_000_000], quick, say);
    if (postgres) rows.push(...(await compared(postgres, quick ? [1_000, 2_000] : [1_000, 100_000], quick, say)));
    return rows;
  },
};

/** Pages of few customers and of many, in turns. */
async function compared(
  place: Place,
  [few, all]: number[],
  quick: boolean,
  say: (text: string) => void,
): Promise<Row[]> {
  const channels = quick ? 2 : CHANNELS;
  const small = await many(place, few!, channels, say);
  const large = await many(place, all!, channels, say);
  const client = startChild('requests', 300);
  try {
    return await withSystem(place.settings(small.name), (one) =>
      withSystem(place.settings(large.name), async (other) => {
        const kinds = {
          few: { app: one, after: null },
          first: { app: other, after: null },
          deep: { app: other, after: await deepCursor(other, all!) },
        };
        const found: Record<string, { rate: number; cpu: Cpu }[]> = { few: [], first: [], deep: [] };
        for (let round = 0; round < (quick ? 2 : 4); round++)
          for (const [name, { app, after }] of Object.entries(kinds)) {
            const pages = await readPages(app, client, after, quick ? 0.2 : 3);
            // The first round warms up.
            if (round > 0) found[name]!.push(pages);
          }
        const rate = (name: string) => median(found[name]!.map(({ rate }) => rate));
        const suffix = place.database === 'SQLite' ? '' : ', PostgreSQL';
        const row = (what: string, name: string): Row => ({
          what: `Page of 20 customers with addresses, ${what}${suffix}`,
          value: rate(name),
          unit: 'pages/s',
          cpu: found[name]!.map(({ cpu }) => cpu).toSorted((a, b) => a.node - b.node)[found[name]!.length >> 1]!,
          ...(name === 'few' ? {} : { reference: { value: rate('few'), what: `at ${amount(few!)} customers` } }),
          ...(place.database === 'SQLite'
            ? { target: name === 'few' ? atLeast(2_000) : both(atLeast(2_000), ratioAtLeast(FLAT)) }
            : {}),
        });
        return [
          row(`first of ${amount(few!)}`, 'few'),
          row(`first of ${amount(all!)}`, 'first'),
          row(`${amount(all! / 40)} pages deep`, 'deep'),
        ];
      }),
    );
  } finally {
    await client.stop();
  }
}

async function readPages(app: App, client: Child, after: string | null, most: number) {
  const asks = [{ query: customersPage, variables: { after } }];
  const { result, used } = await measured(
    () => client.call<{ rate: number; done: number }>('closed', { url: app.url, asks, connections: 8, most }),
    !app.hq.embedded,
  );
  return { rate: result.rate, cpu: costOf('page', result.done, used) };
}

/** The cursor in the middle of the list. */
async function deepCursor(app: App, many: number): Promise<string> {
  const [row] = await app.hq.read((db) => customerPage(db, {}, { before: many / 2, limit: 1, descending: true }));
  return Buffer.from(`${row!.createdAt} ${row!.id}`).toString('base64url');
}
