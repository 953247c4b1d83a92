import { performance } from 'node:perf_hooks';
import { startChild } from './support/child.ts';
import { amount, median, type Suite, times } from './support/report.ts';
import { addChannels, withFolder, withSystem } from './support/system.ts';

const CONNECTIONS = [1, 10, 50];

export const create: Suite = {
  name: 'create',
  title: 'createCustomer over HTTP into one channel, synchronous FULL, client in another process',
  most: 180,
  run: ({ quick, say }) =>
    withFolder((folder) =>
      withSystem(folder, async (app) => {
        const [channel] = await addChannels(app, 1);
        const client = startChild(new URL('./clients/requests.ts', import.meta.url), 150);
        const most = quick ? 0.5 : 3;
        const rates = new Map<number, number[]>(CONNECTIONS.map((connections) => [connections, []]));
        const busy = new Map<number, string>();
        let from = 0;
        try {
          await client.call('create', { url: app.url, channel, connections: 10, most, from: 10_000_000 });
          for (let round = 0; round < (quick ? 1 : 3); round++) {
            for (const connections of CONNECTIONS) {
              const cpu = process.cpuUsage();
              const loop = performance.eventLoopUtilization();
              const { rate, done } = await client.call<{ rate: number; done: number }>('create', {
                url: app.url,
                channel,
                connections,
                most,
                from,
              });
              from += done;
              rates.get(connections)!.push(rate);
              const { user, system } = process.cpuUsage(cpu);
              const share = performance.eventLoopUtilization(loop).utilization;
              busy.set(
                connections,
                `${amount((user + system) / done)} µs of CPU each, main thread ${Math.round(share * 100)} % busy`,
              );
            }
          }
          const many: { rate: number; cpu: number }[] = [];
          for (let round = 0; round < (quick ? 2 : 4); round++) {
            const before = process.cpuUsage();
            const sent = { url: app.url, channel, most, from };
            const { rate, done } = await client.call<{ rate: number; done: number }>('createMany', sent);
            from += done;
            const { user, system } = process.cpuUsage(before);
            // The first round warms up.
            if (round > 0) many.push({ rate, cpu: (user + system) / done });
          }
          const inBulk = median(many.map(({ rate }) => rate));
          const asks = [{ query: '{ __typename }' }];
          const floor = await client.call<{ rate: number }>('closed', { url: app.url, asks, connections: 50, most });
          for (const connections of CONNECTIONS) {
            say(`${connections} connections: ${amount(median(rates.get(connections)!))}/s; ${busy.get(connections)}`);
          }
          say(`an operation that asks nothing, 50 connections: ${amount(floor.rate)}/s`);
          say(
            `createCustomers of 1,000: ${amount(inBulk)} customers/s; ${amount(median(many.map(({ cpu }) => cpu)))} µs of CPU each`,
          );
          const one = median(rates.get(1)!);
          const ratio = (connections: number) => median(rates.get(connections)!) / one;
          const bulk = {
            what: 'createCustomers of 1,000, 2 connections',
            measured: `${amount(inBulk)} customers/s`,
            reference: `${amount(median(rates.get(50)!))}/s with createCustomer, 50 connections`,
            ratio: times(inBulk / median(rates.get(50)!)),
            target: '15,000/s',
            met: inBulk >= 15_000,
          };
          const each = CONNECTIONS.slice(1).map((connections) => ({
            what: `createCustomer, ${connections} connections`,
            measured: `${amount(median(rates.get(connections)!))}/s`,
            reference: `${amount(one)}/s with one`,
            ratio: times(ratio(connections)),
            target: connections === 50 ? 'at least 5×' : '',
            ...(connections === 50 ? { met: ratio(50) >= 5 } : {}),
          }));
          return [...each, bulk];
        } finally {
          await client.stop();
        }
      }),
    ),
};
