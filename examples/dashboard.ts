/*
 * A dashboard for operators: prints each run as it progresses, and what needs attention, live.
 *
 *     npx tsx examples/dashboard.ts http://127.0.0.1:4000/graphql
 */
import { pathToFileURL } from 'node:url';
import { Client, fetchExchange, gql, subscriptionExchange } from '@urql/core';
import { createClient } from 'graphql-ws';
import { WebSocket } from 'ws';

const runs = gql`
  subscription {
    jobActivity { job state steps { job progress { done total failed unit } } }
  }
`;
const attention = gql`
  subscription {
    attention { total items(first: 5) { nodes { name reason toDo } } }
  }
`;

/** Calls `print` with a line for every event, until the returned function is called. */
export function dashboard(url: string, print: (line: string) => void, token = ''): () => void {
  const sockets = createClient({
    url: url.replace(/^http/, 'ws'),
    webSocketImpl: WebSocket,
    connectionParams: token ? { authorization: `Bearer ${token}` } : {},
    retryAttempts: Number.POSITIVE_INFINITY,
  });
  const client = new Client({
    url,
    exchanges: [
      subscriptionExchange({
        forwardSubscription: ({ query = '', variables }) => ({
          subscribe: (sink) => ({ unsubscribe: sockets.subscribe({ query, variables }, sink as never) }),
        }),
      }),
      fetchExchange,
    ],
  });
  const streams = [
    client.subscription(runs, {}).subscribe(({ data, error }) => {
      if (error) return print(error.message);
      const { job, state, steps } = data.jobActivity;
      const current = steps.findLast(({ progress }: { progress: { total: number } }) => progress.total > 0);
      print(
        `${job} ${state} ${current ? `${current.progress.done}/${current.progress.total} ${current.progress.unit}` : ''}`,
      );
    }),
    client.subscription(attention, {}).subscribe(({ data, error }) => {
      if (error) return print(error.message);
      print(`${data.attention.total} need attention`);
      for (const { name, toDo } of data.attention.items.nodes) print(`  ${name}: ${toDo}`);
    }),
  ];
  return () => {
    for (const stream of streams) stream.unsubscribe();
    void sockets.dispose();
  };
}

if (import.meta.url === pathToFileURL(process.argv[1]!).href)
  dashboard(process.argv[2]!, console.log, process.env.HQ_TOKEN);
