import { startChild } from './support/child.ts';
import { load } from './support/customers.ts';
import { CHANNELS } from './support/datasets.ts';
import { measured } from './support/measure.ts';
import { customersPage } from './support/operations.ts';
import { amount, costOf, median, quantile, type Row, ratioAtMost, type Suite } from './support/report.ts';
import { addChannels, convert, withNewSystem } from './support/system.ts';

const RATE = 100;

export const latency: Suite = {
  name: 'latency',
  title: `a page of 20 customers with addresses, ${RATE} a second from another process, idle and while a conversion runs`,
  most: 300,
  run: ({ quick, say }) =>
    withNewSystem(async (app) => {
      const codes = await addChannels(app, quick ? 2 : CHANNELS);
      const add = async (count: number, from: number) => {
        for (const [index, code] of codes.entries()) {
          await load(await app.channels.databaseOf(code), code, from + index * count, count / codes.length);
        }
      };
      await add(quick ? 1_000 : 20_000, 0);
      await convert(app);
      const count = quick ? 2_000 : 100_000;
      await add(count, 1_000_000);

      const client = startChild('requests', 240);
      const asks = [
        { query: customersPage, variables: {} },
        { query: customersPage, variables: { filter: { channel: codes[0] } } },
      ];
      // A machine that checks other things at the same time must keep up.
      const rate = quick ? RATE / 5 : RATE;
      const ask = (most: number) => client.call<number[]>('open', { url: app.url, asks, rate, most });
      try {
        await ask(quick ? 0.3 : 3);
        const before = await measured(() => ask(quick ? 0.5 : 10));
        const during = ask(200);
        const { seconds, used } = await measured(() => convert(app));
        await client.call('stop');
        const busy = await during;
        const idle = [...before.result, ...(await ask(quick ? 0.5 : 5))];
        const page = before.used.node / before.result.length;
        say(
          `while ${amount(count)} customers are converted in ${seconds.toFixed(1)} s (${amount(count / seconds)}/s): ` +
            `max ${amount(Math.max(...busy))} ms, ${busy.length} requests`,
        );
        // Without what the pages cost.
        const cpu = costOf('customer', count, { node: used.node - page * busy.length });
        const row = (part: number, most: number): Row => ({
          what: `GraphQL page while a conversion runs, p${part * 100}`,
          value: quantile(busy, part),
          unit: 'ms',
          reference: { value: quantile(idle, part), what: 'idle' },
          target: ratioAtMost(most),
          cpu,
        });
        return [
          row(0.5, 1.3),
          row(0.99, 3),
          {
            what: `GraphQL page, ${rate} a second, p50`,
            value: median(idle),
            unit: 'ms',
            cpu: { unit: 'page', node: page },
          },
        ];
      } finally {
        await client.stop();
      }
    }),
};
