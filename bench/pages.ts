import type { App } from '../src/app.ts';
import { customerPage } from '../src/data/customers.ts';
import { startChild } from './support/child.ts';
import { CHANNELS, million } from './support/datasets.ts';
import { customersPage } from './support/operations.ts';
import { amount, median, type Suite, times } from './support/report.ts';
import { withSystem } from './support/system.ts';

export const pages: Suite = {
  name: 'pages',
  title: 'A page of 20 customers with addresses from headquarters over HTTP, 8 connections, client in another process',
  most: 2_400,
  async run({ quick, shared, say }) {
    const few = quick ? 2_000 : 1_000;
    const channels = quick ? 2 : CHANNELS;
    const many = quick ? 4_000 : 1_000_000;
    const [small, large] = [await million(shared, few, channels, say), await million(shared, many, channels, say)];
    const client = startChild(new URL('./clients/requests.ts', import.meta.url), 300);
    const most = quick ? 0.3 : 3;
    try {
      return await withSystem(small.folder, (one) =>
        withSystem(large.folder, async (other) => {
          const measured = new Map<string, number[]>();
          const kinds = [
            { name: 'few', app: one, after: null },
            { name: 'first', app: other, after: null },
            { name: 'deep', app: other, after: await deepCursor(other, many) },
          ];
          for (let round = 0; round < (quick ? 2 : 4); round++) {
            for (const { name, app, after } of kinds) {
              const asks = [{ query: customersPage, variables: { after } }];
              const { rate } = await client.call<{ rate: number }>('closed', {
                url: app.url,
                asks,
                connections: 8,
                most,
              });
              // The first round warms up.
              if (round > 0) measured.set(name, [...(measured.get(name) ?? []), rate]);
            }
          }
          const rate = (name: string) => median(measured.get(name)!);
          say(
            `of ${amount(few)}: ${amount(rate('few'))}/s; of ${amount(many)}: first page ${amount(rate('first'))}/s, a deep one ${amount(rate('deep'))}/s`,
          );
          const line = (what: string, name: string) => ({
            what,
            measured: `${amount(rate(name))} pages/s`,
            reference: `${amount(rate('few'))} pages/s at ${amount(few)} customers`,
            ratio: times(rate(name) / rate('few')),
            target: 'within 1.5×',
            met: rate('few') / rate(name) <= 1.5,
          });
          return [
            line(`Page of 20 customers with addresses, first of ${amount(many)}`, 'first'),
            line(`The same, ${amount(many / 40)} pages deep`, 'deep'),
          ];
        }),
      );
    } finally {
      await client.stop();
    }
  },
};

/** The cursor in the middle of the list. */
async function deepCursor(app: App, many: number): Promise<string> {
  const [row] = await app.hq.read((db) => customerPage(db, {}, { before: many / 2, limit: 1, descending: true }));
  return Buffer.from(`${row!.createdAt} ${row!.id}`).toString('base64url');
}
