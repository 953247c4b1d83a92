import { createClient } from 'graphql-sse';
import { describe, expect, onTestFinished, test } from 'vitest';
import { ask, createCustomer, createCustomers, run, withChannels } from '../support/actions.ts';
import { type Answer, type Headquarters, type Stream, startHeadquarters } from '../support/headquarters.ts';
import { statementsOf } from '../support/statements.ts';

const runDocument =
  'subscription ($id: ID!) { jobRun(id: $id) { id state steps { job state progress { phase done total failed } } } }';
const feedDocument =
  'subscription ($after: String, $channel: String! = "houston") { accountIdsSynced(channel: $channel, after: $after) { firstSequence sequence cursor customers { sequence uuid accountId syncedAt } } }';

async function rest<Data>(stream: Stream<Data>): Promise<Data[]> {
  const events: Data[] = [];
  try {
    for (;;) events.push(await stream.next());
  } catch (error) {
    expect(String(error)).toContain('the stream has ended');
    return events;
  }
}

describe('jobRun', () => {
  test('begins with the present state, ends with the final one, and then ends', async () => {
    const hq = await withChannels(['houston'], { settings: { BATCH_SIZE: '5' } });
    await createCustomers(hq, 30);
    const { id } = await ask(hq, 'runConversion');
    const stream = hq.subscribe(runDocument, { id });
    expect(await stream.next()).toMatchObject({
      jobRun: { id, state: 'QUEUED', steps: [{ state: 'WAITING', progress: { phase: 'waiting', done: 0 } }, {}, {}] },
    });
    await hq.worker.drain();
    await stream.ended;
    const events = await rest(stream);
    expect(events.at(-1)).toMatchObject({
      jobRun: {
        state: 'SUCCEEDED',
        steps: [{ progress: { done: 30, total: 30 } }, { progress: { done: 30 } }, { progress: { done: 30 } }],
      },
    });
    const done = events.map(({ jobRun }: Answer) =>
      jobRun.steps.reduce((sum: number, { progress }: Answer) => sum + progress.done, 0),
    );
    expect(done).toEqual(done.toSorted((one, other) => one - other));
  });

  test('of a run that has ended tells its final state and ends', async () => {
    const hq = await withChannels(['houston']);
    const { id } = await run(hq);
    const stream = hq.subscribe(runDocument, { id });
    expect(await stream.next()).toMatchObject({ jobRun: { id, state: 'SUCCEEDED' } });
    await stream.ended;
    expect(await rest(stream)).toEqual([]);
  });

  test('of a run that is cancelled ends with that', async () => {
    const hq = await withChannels(['houston']);
    const { id } = await ask(hq, 'runConversion');
    const stream = hq.subscribe(runDocument, { id });
    await stream.next();
    await hq.query('mutation ($id: ID!) { cancelJobRun(input: { id: $id }) { __typename } }', { id });
    expect(await stream.next()).toMatchObject({ jobRun: { state: 'CANCELLED' } });
    await stream.ended;
  });

  test('of a run that does not exist is refused', async () => {
    const hq = await withChannels([]);
    const stream = hq.subscribe(runDocument, { id: Buffer.from('JobRun:99').toString('base64') });
    await expect(stream.next()).rejects.toMatchObject([{ extensions: { code: 'NOT_FOUND' } }]);
  });
});

describe('jobActivity', () => {
  const document = 'subscription { jobActivity { id state } }';

  test('tells first what waits or runs, then every run to its end', async () => {
    const hq = await withChannels(['houston']);
    const waiting = [await ask(hq, 'runPJob'), await ask(hq, 'runDownload1010')];
    const stream = hq.subscribe(document);
    expect([await stream.next(), await stream.next()]).toEqual(
      waiting.map(({ id }) => ({ jobActivity: { id, state: 'QUEUED' } })),
    );
    const later = await ask(hq, 'runConversion');
    await hq.worker.drain();
    const last = new Map<string, string>();
    const ends = () => [...waiting, later].every(({ id }) => last.get(id) === 'SUCCEEDED');
    while (!ends()) {
      const { jobActivity } = await stream.next();
      last.set(jobActivity.id, jobActivity.state);
    }
    expect(last.size).toBe(3);
  });
});

/** What a client keeps: every customer by sequence, and its last cursor. */
async function follow(stream: Stream<Answer>, through: number, from = 0) {
  const customers: { sequence: number; uuid: string; accountId: string }[] = [];
  let cursor = '';
  for (let last = from; last < through; ) {
    const { accountIdsSynced: event } = await stream.next();
    expect(event.firstSequence).toBe(last + 1);
    expect(event.customers.map(({ sequence }: Answer) => sequence)).toEqual(
      Array.from({ length: event.sequence - last }, (_, index) => last + 1 + index),
    );
    customers.push(...event.customers);
    ({ cursor, sequence: last } = event);
  }
  stream.stop();
  return { customers, cursor };
}

describe('accountIdsSynced', () => {
  test('tells a late subscriber everything from the beginning, without a gap', async () => {
    const hq = await withChannels(['houston', 'dallas']);
    const uuids = await createCustomers(hq, 1_100);
    await createCustomer(hq, { channel: 'dallas' });
    await run(hq);
    const { customers } = await follow(hq.subscribe(feedDocument), 1_100);
    expect(customers.map(({ uuid }) => uuid).toSorted()).toEqual(uuids.toSorted());
    expect(customers.map(({ accountId }) => accountId)).toEqual(customers.map(({ accountId }) => accountId).toSorted());
    expect(new Set(customers.map(({ accountId }) => accountId)).size).toBe(1_100);
  });

  test('goes on behind the cursor that a client kept, also after a restart of the server', async () => {
    const first = await withChannels(['houston']);
    await createCustomers(first, 3);
    await run(first);
    const { cursor } = await follow(first.subscribe(feedDocument), 3);
    const hq = await first.restart();
    const uuids = await createCustomers(hq, 2);
    await run(hq);
    const { customers } = await follow(hq.subscribe(feedDocument, { after: cursor }), 5, 3);
    expect(customers.map(({ sequence }) => sequence)).toEqual([4, 5]);
    expect(customers.map(({ uuid }) => uuid).toSorted()).toEqual(uuids.toSorted());
  });

  test('waits at its end and tells what comes', async () => {
    const hq = await withChannels(['houston']);
    await createCustomers(hq, 1);
    await run(hq);
    const { cursor } = await follow(hq.subscribe(feedDocument), 1);
    const stream = hq.subscribe(feedDocument, { after: cursor });
    const uuid = await createCustomer(hq);
    await run(hq);
    expect((await follow(stream, 2, 1)).customers).toMatchObject([{ sequence: 2, uuid, accountId: 'C00000002' }]);
  });

  test('tells a channel of a shared database only its own', async () => {
    const hq = await withChannels(['houston', 'dallas'], {}, { channelDatabase: 'texas' });
    const [houston, dallas] = [await createCustomer(hq), await createCustomer(hq, { channel: 'dallas' })];
    await run(hq);
    expect((await follow(hq.subscribe(feedDocument), 1)).customers.map(({ uuid }) => uuid)).toEqual([houston]);
    expect(
      (await follow(hq.subscribe(feedDocument, { channel: 'dallas' }), 1)).customers.map(({ uuid }) => uuid),
    ).toEqual([dallas]);
  });

  test('refuses a cursor that is none of this feed, and a channel that does not exist', async () => {
    const hq = await withChannels(['houston', 'dallas']);
    await createCustomers(hq, 3);
    await createCustomer(hq, { channel: 'dallas' });
    await run(hq);
    const { cursor } = await follow(hq.subscribe(feedDocument), 3);
    const [epoch] = Buffer.from(cursor, 'base64url').toString().split(':');
    const refused = async (variables: Record<string, unknown>, code: string) =>
      expect(hq.subscribe(feedDocument, variables).next(), JSON.stringify(variables)).rejects.toMatchObject([
        { extensions: { code } },
      ]);
    for (const after of [
      '',
      'nonsense',
      '3',
      Buffer.from('other:1').toString('base64url'),
      Buffer.from(`${epoch}:4`).toString('base64url'),
      Buffer.from(`${epoch}:-1`).toString('base64url'),
    ]) {
      await refused({ after }, 'CURSOR_INVALID');
    }
    await refused({ after: cursor, channel: 'dallas' }, 'CURSOR_INVALID');
    await refused({ channel: 'nowhere' }, 'CHANNEL_NOT_FOUND');
  });
});

describe('over server-sent events', () => {
  const sse = (hq: Headquarters) => {
    const client = createClient({ url: `${hq.url}/graphql`, retryAttempts: 0 });
    onTestFinished(() => client.dispose());
    return client;
  };

  test('a feed goes on behind its cursor', async () => {
    const hq = await withChannels(['houston']);
    await createCustomers(hq, 3);
    await run(hq);
    const { cursor } = await follow(hq.subscribe(feedDocument), 3);
    const events = sse(hq).iterate<Answer>({ query: feedDocument, variables: { after: cursor } });
    const first = events.next();
    const uuid = await createCustomer(hq);
    await run(hq);
    expect((await first).value.data.accountIdsSynced).toMatchObject({ firstSequence: 4, customers: [{ uuid }] });
    await events.return?.();
  });

  test('a run is told to its end', async () => {
    const hq = await withChannels(['houston']);
    const { id } = await ask(hq, 'runConversion');
    const states: string[] = [];
    const events = sse(hq).iterate<Answer>({ query: runDocument, variables: { id } });
    for await (const { data } of events) {
      if (states.push(data.jobRun.state) === 1) await hq.worker.drain();
    }
    expect(states[0]).toBe('QUEUED');
    expect(states.at(-1)).toBe('SUCCEEDED');
  });
});

test('what needs a person is read once for all who watch the same, whatever their number', async () => {
  const hq = await startHeadquarters();
  const watch = () => hq.subscribe('subscription { attention { total items(first: 5) { kind } } }');
  const readsBy = async (number: number) => {
    const statements = statementsOf(hq.hq);
    const streams = Array.from({ length: number }, watch);
    for (const stream of streams) expect(await stream.next()).toHaveProperty('attention.total');
    const reads = statements.length;
    for (const stream of streams) stream.stop();
    return reads;
  };
  const alone = await readsBy(1);
  expect(await readsBy(30)).toBeLessThan(alone + 15);
});
