import { startChild } from './support/child.ts';
import { CHANNELS, many } from './support/datasets.ts';
import { measured } from './support/measure.ts';
import { customersPage } from './support/operations.ts';
import { amount, atMost, costOf, median, micros, type Suite } from './support/report.ts';
import { withSystem } from './support/system.ts';

/** What people type: words that nobody, one, thousands, or all of the customers have, whole or begun, alone or together. */
const texts = [
  ...['john', 'JOHN', 'smith', 'smit', 'john smith', 'smith john', 'smith joh', 'obrien', "o'brien", 'O’Brien'],
  ...['van der berg', 'vanderberg', 'garcia', 'andres', 'ANDRÉS', 'jose garcia', 'maria', 'lopez mar', 'Weiß', 'łódź'],
  ...['山田', '山田太郎', '東京都', 'xyzzy', '100%xyz', '_ndres', 'ndres', 'trad smith'],
  ...['1 555 010', '+1555', '555 0142', '713-555-0142', '001 713 555 0142', '020 7946 0958', '2345678'],
  ...['C000', 'c0000000', 'C00000001', 'C00500000', 'adventure-works', 'adventure-works.com', 'jon24'],
  ...['paris', 'london', 'bellevue', 'sw1a 1aa', '41061', '98004', 'smith london', 'john bellevue'],
];

export const searches: Suite = {
  name: 'searches',
  title: `${texts.length} searches among the customers of headquarters over HTTP, a page of 20 each, client in another process`,
  most: 3_000,
  async run({ quick, sqlite, say }) {
    const count = quick ? 2_000 : 1_000_000;
    const { name } = await many(sqlite, count, quick ? 2 : CHANNELS, say);
    const client = startChild('requests', 300);
    try {
      return await withSystem(sqlite.settings(name), async (app) => {
        const found: { text: string; cpu: number; seconds: number }[] = [];
        for (const text of texts) {
          const asks = [{ query: customersPage, variables: { filter: { search: text } } }];
          const ask = (times: number) => client.call('times', { url: app.url, asks, times });
          await ask(1);
          const times = quick ? 2 : 10;
          const { seconds, used } = await measured(() => ask(times));
          found.push({ text, cpu: used.node / times, seconds: seconds / times });
        }
        const slowest = found.toSorted((a, b) => b.cpu - a.cpu);
        say(
          `most CPU: ${slowest
            .slice(0, 5)
            .map(({ text, cpu }) => `"${text}" ${micros(cpu)}`)
            .join(', ')}`,
        );
        const middle = median(found.map(({ cpu }) => cpu));
        return [
          {
            what: `CPU of the most expensive of ${texts.length} searches among ${amount(count)} customers`,
            value: slowest[0]!.cpu / 1_000,
            unit: 'ms',
            reference: { value: middle / 1_000, what: 'the one in the middle' },
            target: atMost(10),
            cpu: costOf('search', 1, { node: middle }),
          },
        ];
      });
    } finally {
      await client.stop();
    }
  },
};
