import { expect, test } from 'vitest';
import { rowsOf } from '../support/actions.ts';
import { type Answer, aChannel, type Headquarters, startHeadquarters } from '../support/headquarters.ts';

const answer =
  '{ __typename ... on Channel { code name type currency timeZone country liveConversion channelDatabase { name lastReceived lastReceivedAt } } ... on Failure { errorCode path } }';
const create = async (hq: Headquarters, input: Record<string, unknown>) =>
  (await hq.query(`mutation ($input: CreateChannelInput!) { createChannel(input: $input) ${answer} }`, { input }))
    .createChannel;
const update = async (hq: Headquarters, input: Record<string, unknown>) =>
  (await hq.query(`mutation ($input: UpdateChannelInput!) { updateChannel(input: $input) ${answer} }`, { input }))
    .updateChannel;
const audited = (hq: Headquarters) =>
  rowsOf(hq.hq, `select actor, action, subject, field, old_value, new_value from audit_entry order by id`);

test('a channel has the settings it was given and a database of its own', async () => {
  const hq = await startHeadquarters();
  expect(await create(hq, aChannel('new-york', { name: '  New York ' }))).toEqual({
    __typename: 'Channel',
    code: 'new-york',
    name: 'New York',
    type: 'RETAIL_STORE',
    currency: 'USD',
    timeZone: 'America/Chicago',
    country: 'US',
    liveConversion: true,
    channelDatabase: { name: 'new_york', lastReceived: 0, lastReceivedAt: null },
  });
  const entry = { actor: 'operator', action: 'CREATE_CHANNEL', subject: 'Channel:new-york', old_value: null };
  expect(await audited(hq)).toEqual(
    [
      ['code', 'new-york'],
      ['name', 'New York'],
      ['type', 'RETAIL_STORE'],
      ['currency', 'USD'],
      ['timeZone', 'America/Chicago'],
      ['country', 'US'],
      ['channelDatabase', 'new_york'],
      ['liveConversion', 'true'],
      ['functionalityProfile', 'default'],
    ].map(([field, new_value]) => ({ ...entry, field, new_value })),
  );
});

test('creating a channel again with the same settings answers it, with others it is CHANNEL_EXISTS', async () => {
  const hq = await startHeadquarters();
  await create(hq, aChannel());
  const before = await audited(hq);
  expect(await create(hq, aChannel())).toMatchObject({ __typename: 'Channel' });
  for (const more of [{ name: 'Other' }, { channelDatabase: 'other' }, { liveConversion: false }]) {
    expect(await create(hq, aChannel('houston', more))).toMatchObject({
      __typename: 'ChannelExists',
      errorCode: 'CHANNEL_EXISTS',
      path: ['code'],
    });
  }
  expect(await audited(hq)).toEqual(before);
});

test('a channel may be in a time zone that was renamed', async () => {
  const hq = await startHeadquarters();
  for (const timeZone of ['Asia/Kolkata', 'Asia/Calcutta'])
    expect(await create(hq, aChannel(timeZone.slice(5).toLowerCase(), { timeZone }))).toMatchObject({ timeZone });
});

test('a setting that is wrong is refused with its path', async () => {
  const hq = await startHeadquarters();
  await create(hq, aChannel());
  const before = await audited(hq);
  for (const [change, path] of [
    [{ name: ' ' }, 'name'],
    [{ name: 'x'.repeat(101) }, 'name'],
    [{ name: 'A\u0000B' }, 'name'],
    [{ currency: 'XAU' }, 'currency'],
  ] as const) {
    expect(await create(hq, aChannel('dallas', change)), path).toMatchObject({
      errorCode: 'INVALID_INPUT',
      path: [path],
    });
    expect(await update(hq, { code: 'houston', ...change }), path).toMatchObject({
      errorCode: 'INVALID_INPUT',
      path: [path],
    });
  }
  for (const code of ['', 'Houston', '1st', 'a b', 'a_b', 'x'.repeat(41)]) {
    expect(await create(hq, aChannel('x', { code })), code).toMatchObject({
      errorCode: 'INVALID_INPUT',
      path: ['code'],
    });
  }
  for (const channelDatabase of ['', 'A', '../secret', 'a-b', 'x"; drop']) {
    expect(await create(hq, aChannel('dallas', { channelDatabase })), channelDatabase).toMatchObject({
      path: ['channelDatabase'],
    });
  }
  expect(await audited(hq)).toEqual(before);
});

test('a change is audited field by field, and what did not change is not', async () => {
  const hq = await startHeadquarters();
  await create(hq, aChannel());
  const created = (await audited(hq)).length;
  expect(
    await update(hq, { code: 'houston', name: ' Houston Main ', currency: 'USD', liveConversion: false }),
  ).toMatchObject({ name: 'Houston Main', liveConversion: false, currency: 'USD' });
  await update(hq, { code: 'houston', name: 'Houston Main' });
  expect(
    (await audited(hq))
      .slice(created)
      .map(({ field, old_value, new_value }: Answer) => [field, old_value, new_value])
      .toSorted(),
  ).toEqual([
    ['liveConversion', 'true', 'false'],
    ['name', 'Houston', 'Houston Main'],
  ]);
  expect(await update(hq, { code: 'nowhere', name: 'x' })).toMatchObject({ __typename: 'ChannelNotFound' });
});
