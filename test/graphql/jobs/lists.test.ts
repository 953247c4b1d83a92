import { expect, test } from 'vitest';
import { aClock, ask, run, tamper, withChannels } from '../../support/actions.ts';
import { type Answer, aChannel, createChannelDocument, type Headquarters } from '../../support/headquarters.ts';

/** The nodes of a list, each as the text of its only field. */
const listed = async (hq: Headquarters, list: string, field: string): Promise<string[]> =>
  Object.values((await hq.query(`{ list: ${list} { nodes { ${field} } } }`)) as Record<string, Answer>)[0].nodes.map(
    (node: Answer) => node[field],
  );

const refusedAt = async (hq: Headquarters, list: string): Promise<unknown> =>
  (await hq.ask(`{ ${list} { nodes { id } } }`)).errors?.map(({ extensions }) => [extensions.code, extensions.path]);

/** A conversion that succeeded, a P-job that was canceled, and a 1010 that waits, an hour apart each. */
async function threeRuns() {
  const time = aClock('2026-11-22T10:00:00.000Z');
  const hq = await withChannels(['houston'], { clock: time.clock });
  await run(hq, 'CONVERSION');
  time.pass(3_600_000);
  const { id } = await ask(hq, 'P_JOB');
  await hq.query('mutation ($id: ID!) { cancelJobRun(input: { id: $id }) { __typename } }', { id });
  time.pass(3_600_000);
  await ask(hq, 'DOWNLOAD_1010');
  await tamper(hq.hq, `update job_run set cause = 'SCHEDULE' where job = 'download-1010'`);
  return hq;
}

test('runs are filtered by job, state, cause, and when they were requested, and ordered by that', async () => {
  const hq = await threeRuns();
  const jobs = (args = '') => listed(hq, `jobRuns${args}`, 'job');
  expect(await jobs()).toEqual(['DOWNLOAD_1010', 'P_JOB', 'CONVERSION']);
  expect(await jobs('(orderBy: { field: CREATED_AT, direction: ASC })')).toEqual([
    'CONVERSION',
    'P_JOB',
    'DOWNLOAD_1010',
  ]);
  expect(await jobs('(filter: { jobs: [P_JOB, CONVERSION] })')).toEqual(['P_JOB', 'CONVERSION']);
  expect(await jobs('(filter: { states: [CANCELED] })')).toEqual(['P_JOB']);
  expect(await jobs('(filter: { causes: [SCHEDULE], states: [QUEUED, RUNNING] })')).toEqual(['DOWNLOAD_1010']);
  const period = 'createdAt: { from: "2026-11-22T11:00:00Z", before: "2026-11-22T12:00:00Z" }';
  expect(await jobs(`(filter: { ${period} })`)).toEqual(['P_JOB']);
  expect((await hq.query('{ jobRuns(filter: { jobs: [P_JOB] }) { totalCount } }')).jobRuns.totalCount).toBe(1);
  expect(await refusedAt(hq, 'jobRuns(filter: { states: [] })')).toEqual([['INVALID_INPUT', ['filter', 'states']]]);
});

test('sessions are filtered by channel database, status, and start, and ordered by that', async () => {
  const time = aClock('2026-11-22T10:00:00.000Z');
  const hq = await withChannels(['houston', 'dallas'], { clock: time.clock });
  for (const code of ['houston', 'dallas']) {
    await hq.query(`mutation { createCustomer(input: { channel: "${code}", name: { last: "New" } }) { __typename } }`);
    await run(hq, 'CONVERSION', [code]);
    time.pass(3_600_000);
  }
  await tamper(hq.hq, `update upload_session set status = 'UPLOAD_FAILED' where channel_database = 'dallas'`);
  for (const list of ['uploadSessions', 'downloadSessions']) {
    const databases = (args = '') => listed(hq, `${list}${args}`, 'channelDatabase');
    expect(await databases()).toEqual(['dallas', 'houston']);
    expect(await databases('(orderBy: { field: STARTED_AT, direction: ASC })')).toEqual(['houston', 'dallas']);
    expect(await databases('(filter: { channelDatabase: "houston" })')).toEqual(['houston']);
    expect(await databases('(filter: { startedAt: { from: "2026-11-22T11:00:00Z" } })')).toEqual(['dallas']);
    expect(await refusedAt(hq, `${list}(filter: { statuses: [] })`)).toEqual([
      ['INVALID_INPUT', ['filter', 'statuses']],
    ]);
  }
  expect(await listed(hq, 'uploadSessions(filter: { statuses: [UPLOAD_FAILED] })', 'channelDatabase')).toEqual([
    'dallas',
  ]);
  expect(await listed(hq, 'downloadSessions(filter: { statuses: [APPLIED] })', 'channelDatabase')).toEqual([
    'dallas',
    'houston',
  ]);
});

test('schedules are filtered by job and whether they are enabled', async () => {
  const hq = await withChannels([]);
  const jobs = (args = '') => listed(hq, `schedules${args}`, 'job');
  expect(await jobs('(orderBy: { field: CREATED_AT, direction: DESC })')).toEqual(['SYNCHRONIZE_ORDERS', 'CONVERSION']);
  await tamper(hq.hq, `update schedule set enabled = false where job = 'conversion'`);
  expect(await jobs('(filter: { enabled: true })')).toEqual(['SYNCHRONIZE_ORDERS']);
  expect(await jobs('(filter: { enabled: false, jobs: [CONVERSION] })')).toEqual(['CONVERSION']);
});

test('channels are filtered by type, database, and live conversion, and ordered by code or creation', async () => {
  const time = aClock('2026-11-22T10:00:00.000Z');
  const hq = await withChannels([], { clock: time.clock });
  for (const [code, more] of [
    ['houston', {}],
    ['austin', { type: 'ONLINE_STORE', channelDatabase: 'houston' }],
    ['dallas', { type: 'CALL_CENTER', liveConversion: false }],
  ] as const) {
    await hq.query(createChannelDocument, { input: aChannel(code, more) });
    time.pass(1_000);
  }
  const codes = (args = '') => listed(hq, `channels${args}`, 'code');
  expect(await codes()).toEqual(['austin', 'dallas', 'houston']);
  expect(await codes('(orderBy: { field: CODE, direction: DESC })')).toEqual(['houston', 'dallas', 'austin']);
  expect(await codes('(orderBy: { field: CREATED_AT })')).toEqual(['dallas', 'austin', 'houston']);
  expect(await codes('(filter: { types: [ONLINE_STORE, CALL_CENTER] })')).toEqual(['austin', 'dallas']);
  expect(await codes('(filter: { channelDatabase: "houston" })')).toEqual(['austin', 'houston']);
  expect(await codes('(filter: { liveConversion: false })')).toEqual(['dallas']);
  const { channels } = await hq.query(
    '{ channels(orderBy: { field: CREATED_AT }, first: 1) { totalCount pageInfo { endCursor } } }',
  );
  expect(channels.totalCount).toBe(3);
  expect(await codes(`(orderBy: { field: CREATED_AT }, first: 5, after: "${channels.pageInfo.endCursor}")`)).toEqual([
    'austin',
    'houston',
  ]);
});
