import { answer } from '../support/child.ts';
import { customerInput } from '../support/customers.ts';
import { graphqlClient } from '../support/http.ts';
import { createCustomer, createCustomers } from '../support/operations.ts';
import { seconds } from '../support/report.ts';

interface Asked {
  query: string;
  variables?: unknown;
}

let going = false;

answer({
  /** Open loop: sends at a steady rate, whatever comes back, until `stop` or for `most` seconds; answers latencies in ms. */
  open: async ({ url, asks, rate, most }: { url: string; asks: Asked[]; rate: number; most: number }) => {
    const client = graphqlClient(url, 100);
    const latencies: number[] = [];
    const open = new Set<Promise<void>>();
    let failure: unknown;
    going = true;
    const begun = performance.now();
    for (let sent = 0; going && failure === undefined; sent++) {
      const due = begun + (sent * 1_000) / rate;
      if (due > begun + most * 1_000) break;
      const early = due - performance.now();
      if (early > 0) await new Promise((resolve) => setTimeout(resolve, early));
      const { query, variables } = asks[sent % asks.length]!;
      // From when it was due, so that a server that stalls is not asked less.
      const answered = client
        .post(query, variables)
        .then(() => void latencies.push(performance.now() - Math.max(due, begun)))
        .catch((error: unknown) => {
          failure = error;
        })
        .finally(() => open.delete(answered));
      open.add(answered);
    }
    await Promise.all(open);
    client.close();
    if (failure) throw failure;
    return latencies;
  },

  stop: async () => {
    going = false;
  },

  /** Closed loop: each connection sends again when it was answered. Answers operations a second. */
  closed: async ({
    url,
    asks,
    connections,
    most,
  }: {
    url: string;
    asks: Asked[];
    connections: number;
    most: number;
  }) => {
    const client = graphqlClient(url, connections);
    const begun = performance.now();
    let done = 0;
    await Promise.all(
      Array.from({ length: connections }, async (_, turn) => {
        for (let sent = turn; seconds(begun) < most; sent++) {
          const { query, variables } = asks[sent % asks.length]!;
          await client.post(query, variables);
          done++;
        }
      }),
    );
    const rate = done / seconds(begun);
    client.close();
    return { rate, done };
  },

  /** Sends operations one after the other, so many times. */
  times: async ({ url, asks, times }: { url: string; asks: Asked[]; times: number }) => {
    const client = graphqlClient(url, 1);
    for (let sent = 0; sent < times; sent++)
      for (const { query, variables } of asks) await client.post(query, variables);
    client.close();
  },

  /** Closed loop of new customers. */
  create: async ({
    url,
    channel,
    connections,
    most,
    from,
  }: {
    url: string;
    channel: string;
    connections: number;
    most: number;
    from: number;
  }) => {
    const client = graphqlClient(url, connections);
    const begun = performance.now();
    let done = 0;
    await Promise.all(
      Array.from({ length: connections }, async () => {
        while (seconds(begun) < most) {
          const { createCustomer: created } = await client.post(createCustomer, {
            input: customerInput(channel, from + done++),
          });
          if (created.__typename !== 'Customer') throw new Error(JSON.stringify(created));
        }
      }),
    );
    const rate = done / seconds(begun);
    client.close();
    return { rate, done };
  },

  /** Closed loop of new customers, a thousand in each request. */
  createMany: async ({ url, channel, most, from }: { url: string; channel: string; most: number; from: number }) => {
    const client = graphqlClient(url, 2);
    const begun = performance.now();
    let done = 0;
    await Promise.all(
      Array.from({ length: 2 }, async () => {
        while (seconds(begun) < most) {
          const customers = Array.from({ length: 1_000 }, () => customerInput(channel, from + done++));
          const { createCustomers: created } = await client.post(createCustomers, { input: { customers } });
          const refused = created.results?.find(({ __typename }: { __typename: string }) => __typename !== 'Customer');
          if (refused || !created.results) throw new Error(JSON.stringify(refused ?? created));
        }
      }),
    );
    const rate = done / seconds(begun);
    client.close();
    return { rate, done };
  },
});
