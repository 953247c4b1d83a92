import { startChild } from './support/child.ts';
import { load } from './support/customers.ts';
import { CHANNELS } from './support/datasets.ts';
import { customersPage } from './support/operations.ts';
import { amount, median, ms, quantile, type Suite, seconds, times } from './support/report.ts';
import { addChannels, convert, withFolder, withSystem } from './support/system.ts';

const RATE = 100;

export const latency: Suite = {
  name: 'latency',
  title: `a page of 20 customers with addresses, ${RATE} a second from another process, idle and while a conversion runs`,
  most: 300,
  run: ({ quick, say }) =>
    withFolder((folder) =>
      withSystem(folder, async (app) => {
        const codes = await addChannels(app, quick ? 2 : CHANNELS);
        const add = async (count: number, from: number) => {
          for (const [index, code] of codes.entries()) {
            await load(await app.channels.databaseOf(code), code, from + index * count, count / codes.length);
          }
        };
        await add(quick ? 1_000 : 20_000, 0);
        await convert(app);
        const count = quick ? 5_000 : 100_000;
        await add(count, 1_000_000);

        const client = startChild(new URL('./clients/requests.ts', import.meta.url), 240);
        const asks = [
          { query: customersPage, variables: {} },
          { query: customersPage, variables: { filter: { channel: codes[0] } } },
        ];
        const ask = (most: number) => client.call<number[]>('open', { url: app.url, asks, rate: RATE, most });
        try {
          await ask(quick ? 1 : 3);
          const before = await ask(quick ? 2 : 10);
          const during = ask(200);
          const begun = performance.now();
          await convert(app);
          const took = seconds(begun);
          await client.call('stop');
          const busy = await during;
          const after = await ask(quick ? 1 : 5);
          const idle = [...before, ...after];
          say(`idle: p50 ${ms(median(idle))}, p99 ${ms(quantile(idle, 0.99))}, ${idle.length} requests`);
          say(
            `while ${amount(count)} customers are converted in ${took.toFixed(1)} s (${amount(count / took)}/s): ` +
              `p50 ${ms(median(busy))}, p99 ${ms(quantile(busy, 0.99))}, max ${ms(Math.max(...busy))}, ${busy.length} requests`,
          );
          const line = (part: number, target: string, most?: number) => {
            const ratio = quantile(busy, part) / quantile(idle, part);
            return {
              what: `GraphQL page while a conversion runs, p${part * 100}`,
              measured: ms(quantile(busy, part)),
              reference: `${ms(quantile(idle, part))} idle`,
              ratio: times(ratio),
              target,
              ...(most === undefined ? {} : { met: ratio < most }),
            };
          };
          return [line(0.5, 'under 2×', 2), line(0.99, '')];
        } finally {
          await client.stop();
        }
      }),
    ),
};
