import { expect, test } from 'vitest';
import { self } from '../../src/data/channel/self.ts';
import { accountIds, countsOf, createCustomer, run, withChannels } from '../support/actions.ts';
import type { Answer, Headquarters } from '../support/headquarters.ts';

/** Two channels whose first customers are converted, and whose second ones wait. */
async function withWork(): Promise<Headquarters> {
  const hq = await withChannels(['houston', 'dallas']);
  for (const channel of ['houston', 'dallas']) await createCustomer(hq, { channel });
  await run(hq);
  for (const channel of ['houston', 'dallas']) await createCustomer(hq, { channel });
  return hq;
}

test('a P-job whose mark reads as it stood, and is refused, fails for that channel database; the others go on', async () => {
  const hq = await withWork();
  const { read } = hq.hq;
  hq.hq.read = async (question) => {
    const answer: Answer = await read.call(hq.hq, question);
    return answer?.name === 'houston' && answer.lastReceived > 0
      ? { ...answer, lastReceived: 0, lastOperationId: null }
      : answer;
  };
  const ended = await run(hq, 'P_JOB');
  expect(ended).toMatchObject({
    state: 'FAILED',
    steps: [{ failures: [{ channelDatabase: 'houston', errorCode: 'INTERNAL' }] }],
  });
  expect(countsOf(ended)).toEqual([{ done: 1, failed: 0 }]);

  hq.hq.read = read;
  expect(await run(hq)).toMatchObject({ state: 'SUCCEEDED' });
  for (const channel of ['houston', 'dallas'])
    expect([...(await accountIds(hq, channel)).values()]).not.toContain(null);
});

test('1010 whose mark reads as it stood, and is refused, fails for that channel database; the others go on', async () => {
  const hq = await withWork();
  const database = await hq.channels.databaseOf('houston');
  const { read } = database;
  database.read = async (question) => {
    const answer: Answer = await read.call(database, question);
    return (question as unknown) === self ? { ...answer, appliedVersion: 0 } : answer;
  };
  const ended = await run(hq);
  expect(ended).toMatchObject({ state: 'FAILED' });
  expect(ended.steps.map(({ state }: Answer) => state)).toEqual(['SUCCEEDED', 'SUCCEEDED', 'FAILED']);
  expect(ended.steps[2].failures).toMatchObject([{ channelDatabase: 'houston', errorCode: 'INTERNAL' }]);
  expect([...(await accountIds(hq, 'dallas')).values()]).not.toContain(null);

  database.read = read;
  expect(await run(hq)).toMatchObject({ state: 'SUCCEEDED' });
  expect([...(await accountIds(hq, 'houston')).values()]).not.toContain(null);
});
