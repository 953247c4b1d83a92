import { createClient } from 'graphql-ws';
import { expect, test, vi } from 'vitest';
import WebSocket from 'ws';
import { sql } from '../../src/data/sql.ts';
import { DatabaseUnavailable } from '../../src/errors.ts';
import { accountIds, ask, createCustomer, runById, withChannels } from '../support/actions.ts';
import { type Headquarters, onPostgres } from '../support/headquarters.ts';

const endless = onPostgres
  ? 'select count(*) from generate_series(1, 100000000000)'
  : 'with recursive n(i) as (select 1 union all select i + 1 from n where i < 5000000000) select count(*) from n';

/** Makes the next read of headquarters take for ever; answers how it ended. */
function slowly(hq: Headquarters): { begun: Promise<void>; ended: Promise<unknown> } {
  const { read } = hq.hq;
  let begin = () => {};
  const begun = new Promise<void>((resolve) => {
    begin = resolve;
  });
  const ended = new Promise((settle) => {
    hq.hq.read = (question) => {
      hq.hq.read = read;
      const reading = read.call(hq.hq, async (db) => {
        begin();
        await sql(db, endless);
        return question(db);
      });
      reading.then(settle, settle);
      return reading as never;
    };
  });
  return { begun, ended };
}

const query = '{ customers(first: 1) { edges { node { uuid } } } }';

test('a statement whose client has hung up is interrupted', async () => {
  const hq = await withChannels(['houston']);
  const { begun, ended } = slowly(hq);
  const client = new AbortController();
  const asking = fetch(`${hq.url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ query }),
    signal: client.signal,
  }).catch((error: Error) => error.name);
  await begun;
  client.abort();
  expect(await asking).toBe('AbortError');
  expect(await ended).toBeInstanceOf(DatabaseUnavailable);
  expect(await hq.query(query)).toEqual({ customers: { edges: [] } });
});

test('a statement whose socket has closed is interrupted', async () => {
  const hq = await withChannels(['houston']);
  const { begun, ended } = slowly(hq);
  const client = createClient({
    url: `${hq.url.replace('http', 'ws')}/graphql`,
    webSocketImpl: WebSocket,
    retryAttempts: 0,
  });
  const answer = client
    .iterate({ query })
    .next()
    .catch(() => 'closed');
  await begun;
  client.terminate();
  await answer;
  expect(await ended).toBeInstanceOf(DatabaseUnavailable);
});

test('a job that a request started goes on when the time of the request is over', async () => {
  const hq = await withChannels(
    ['houston'],
    { background: true, limits: { operationTime: 300 }, settings: { BATCH_SIZE: '1' } },
    { liveConversion: false },
  );
  for (const _ of Array(90)) await createCustomer(hq);
  const { id } = await ask(hq, 'CONVERSION');
  await vi.waitFor(async () => expect(await runById(hq, id)).toMatchObject({ state: 'SUCCEEDED' }), {
    timeout: 20_000,
  });
  const { startedAt, finishedAt, attempt } = await runById(hq, id);
  expect(Date.parse(finishedAt) - Date.parse(startedAt)).toBeGreaterThan(300);
  expect(attempt).toBe(1);
});

test('live conversion goes on when the time of the request that began it is over', async () => {
  const hq = await withChannels(['houston'], { background: true, limits: { operationTime: 200 } });
  const first = await createCustomer(hq);
  await vi.waitFor(async () => expect((await accountIds(hq)).get(first)).toMatch(/^C/));
  const begun = performance.now();
  const later: string[] = [];
  while (performance.now() - begun < 800) later.push(await createCustomer(hq));
  await vi.waitFor(
    async () => expect([...(await accountIds(hq)).values()].filter(Boolean)).toHaveLength(later.length + 1),
    { timeout: 10_000 },
  );
});

test('an operation that takes too long is answered, and its statement interrupted', async () => {
  const hq = await withChannels(['houston'], { limits: { operationTime: 200 } });
  const { ended } = slowly(hq);
  const { errors } = await hq.ask(query);
  expect(errors).toMatchObject([{ extensions: { code: 'DATABASE_UNAVAILABLE' } }]);
  expect(await ended).toBeInstanceOf(DatabaseUnavailable);
  await vi.waitFor(async () => expect((await hq.ask(query)).data).toEqual({ customers: { edges: [] } }));
});
