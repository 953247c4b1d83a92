import { createClient } from 'graphql-sse';
import { describe, expect, onTestFinished, test } from 'vitest';
import { schema } from '../../src/graphql/schema.ts';
import { isResumable } from '../../src/http/resume.ts';
import { ask, createCustomer, createCustomers, run, withChannels } from '../support/actions.ts';
import { eventSource } from '../support/event-source.ts';
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
    const { id } = await ask(hq, 'CONVERSION');
    const stream = hq.subscribe(runDocument, { id });
    expect(await stream.next()).toMatchObject({
      jobRun: { id, state: 'QUEUED', steps: [{ state: 'WAITING', progress: { phase: 'WAITING', done: 0 } }, {}, {}] },
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

  test('of a run that is canceled ends with that', async () => {
    const hq = await withChannels(['houston']);
    const { id } = await ask(hq, 'CONVERSION');
    const stream = hq.subscribe(runDocument, { id });
    await stream.next();
    await hq.query('mutation ($id: ID!) { cancelJobRun(input: { id: $id }) { __typename } }', { id });
    expect(await stream.next()).toMatchObject({ jobRun: { state: 'CANCELED' } });
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
    const waiting = [await ask(hq, 'P_JOB'), await ask(hq, 'DOWNLOAD_1010')];
    const stream = hq.subscribe(document);
    expect([await stream.next(), await stream.next()]).toEqual(
      waiting.map(({ id }) => ({ jobActivity: { id, state: 'QUEUED' } })),
    );
    const later = await ask(hq, 'CONVERSION');
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

  test('starts now for a client that wants nothing from before, unless it has a cursor', async () => {
    const hq = await withChannels(['houston']);
    await createCustomers(hq, 3);
    await run(hq);
    const { cursor } = await follow(hq.subscribe(feedDocument), 3);
    const document = `subscription ($after: String) { accountIdsSynced(channel: "houston", from: NOW, after: $after) {
      firstSequence cursor customers { uuid customer { uuid accountId syncStatus } } } }`;
    const stream = hq.subscribe(document);
    let event: Answer;
    void stream.next().then(({ accountIdsSynced }: Answer) => {
      event = accountIdsSynced;
    });
    // Nothing tells when a feed begins to listen.
    while (event === undefined) {
      await createCustomer(hq);
      await run(hq);
    }
    stream.stop();
    expect(event.firstSequence).toBeGreaterThan(3);
    const [{ uuid, customer }] = event.customers;
    expect(customer).toEqual({ uuid, accountId: expect.stringMatching(/^C\d{8}$/), syncStatus: 'SYNCED' });

    const resumed = hq.subscribe(document, { after: cursor });
    expect((await resumed.next()).accountIdsSynced.firstSequence).toBe(4);
    resumed.stop();
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
    const { id } = await ask(hq, 'CONVERSION');
    const states: string[] = [];
    const events = sse(hq).iterate<Answer>({ query: runDocument, variables: { id } });
    for await (const { data } of events) {
      if (states.push(data.jobRun.state) === 1) await hq.worker.drain();
    }
    expect(states[0]).toBe('QUEUED');
    expect(states.at(-1)).toBe('SUCCEEDED');
  });

  test('an event of a feed has its cursor as ID, whether or not the client selects it', async () => {
    const hq = await withChannels(['houston']);
    await createCustomers(hq, 3);
    await run(hq);
    const { id, data } = await eventSource(hq, feedDocument).next();
    expect(id).toBe(data.data.accountIdsSynced.cursor);

    const renamed = `subscription { ...Feed } fragment Feed on Subscription {
      ids: accountIdsSynced(channel: "houston") { cursor: firstSequence } }`;
    expect(await eventSource(hq, renamed).next()).toEqual({
      event: 'next',
      id,
      data: { data: { ids: { cursor: 1 } } },
    });
  });

  test('a client whose connection is cut resumes after the last event it got', async () => {
    const hq = await withChannels(['houston']);
    await createCustomers(hq, 501);
    await run(hq);
    const first = eventSource(hq, feedDocument);
    const { id } = await first.next();
    first.cut();
    await createCustomers(hq, 2);
    await run(hq);

    const second = eventSource(hq, feedDocument, { lastEventId: id });
    expect((await second.next()).data.data.accountIdsSynced).toMatchObject({ firstSequence: 501, sequence: 503 });
  });

  test('a client resumes after a restart of the server', async () => {
    const first = await withChannels(['houston']);
    await createCustomers(first, 3);
    await run(first);
    const { id } = await eventSource(first, feedDocument).next();
    const hq = await first.restart();
    const stream = eventSource(hq, feedDocument, { lastEventId: id });
    const next = stream.next();
    const uuid = await createCustomer(hq);
    await run(hq);
    expect((await next).data.data.accountIdsSynced).toMatchObject({ firstSequence: 4, customers: [{ uuid }] });
  });

  const withoutVariable = feedDocument.replace('$after: String, ', '').replace(', after: $after', '');
  test.each([
    ['a literal', (after: string) => withoutVariable.replace('(channel', `(after: "${after}", channel`)],
    ['a variable', () => feedDocument],
    ['nothing', () => withoutVariable],
  ])('the last event ID is newer than the cursor in the document, be that %s', async (_what, documentWith) => {
    const hq = await withChannels(['houston']);
    await createCustomer(hq);
    await run(hq);
    const { cursor } = await follow(hq.subscribe(feedDocument), 1);
    await createCustomers(hq, 2);
    await run(hq);
    const { cursor: lastEventId } = await follow(hq.subscribe(feedDocument, { after: cursor }), 3, 1);
    await createCustomer(hq);
    await run(hq);
    const stream = eventSource(hq, documentWith(cursor), { variables: { after: cursor }, lastEventId });
    expect((await stream.next()).data.data.accountIdsSynced.firstSequence).toBe(4);
    expect((await eventSource(hq, feedDocument, { lastEventId: '' }).next()).data.data.accountIdsSynced.sequence).toBe(
      4,
    );
  });

  test('a last event ID that is no cursor of this feed is refused, and the stream completes', async () => {
    const hq = await withChannels(['houston']);
    for (const lastEventId of ['nonsense', 'a"b', 'é', '3']) {
      const stream = eventSource(hq, feedDocument, { lastEventId });
      const { id, data } = await stream.next();
      expect({ id, code: data.errors[0].extensions.code }).toEqual({ id: undefined, code: 'CURSOR_INVALID' });
      expect(await stream.next()).toMatchObject({ event: 'complete' });
    }
  });

  test('events without a cursor have no ID, and a last event ID is ignored', async () => {
    const hq = await withChannels(['houston']);
    const { id } = await run(hq);
    const stream = eventSource(hq, runDocument, { variables: { id }, lastEventId: 'nonsense' });
    expect(await stream.next()).toMatchObject({ event: 'next', id: undefined, data: { data: { jobRun: { id } } } });
    expect(await stream.next()).toEqual({ event: 'complete', id: undefined, data: '' });
  });

  const fields = Object.values(schema.getSubscriptionType()!.getFields());
  test.each(fields.filter(({ args }) => args.some(({ name }) => name === 'after')))('$name can be resumed', (field) => {
    expect(isResumable(field)).toBe(true);
  });
});

test('what needs a person is read once for all who watch the same, whatever their number', async () => {
  const hq = await startHeadquarters();
  const watch = () => hq.subscribe('subscription { attention { total items(first: 5) { nodes { kind } } } }');
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
