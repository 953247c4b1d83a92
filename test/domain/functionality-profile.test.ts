import { randomUUID } from 'node:crypto';
import { expect, test } from 'vitest';
import { realTimeTimeout } from '../../src/domain/functionality-profile.ts';
import { defaultLimits } from '../../src/http/limits.ts';
import { createCustomer, run, withChannels } from '../support/actions.ts';
import { type Answer, aChannel, type Headquarters } from '../support/headquarters.ts';

const parts =
  '__typename ... on FunctionalityProfile { code name createCustomerInAsyncMode realTimeTimeoutMs defaultCustomer { uuid } } ... on Failure { errorCode path } ... on InvalidInput { violations { path rule } }';
const create = async (hq: Headquarters, input: Answer): Promise<Answer> =>
  (
    await hq.query(
      `mutation ($input: CreateFunctionalityProfileInput!) { createFunctionalityProfile(input: $input) { ${parts} } }`,
      { input },
    )
  ).createFunctionalityProfile;
const update = async (hq: Headquarters, input: Answer): Promise<Answer> =>
  (
    await hq.query(
      `mutation ($input: UpdateFunctionalityProfileInput!) { updateFunctionalityProfile(input: $input) { ${parts} } }`,
      { input },
    )
  ).updateFunctionalityProfile;
const trailOf = async (hq: Headquarters) =>
  (
    await hq.query(
      '{ auditTrail(filter: { actions: [CREATE_FUNCTIONALITY_PROFILE, UPDATE_FUNCTIONALITY_PROFILE] }, orderBy: { field: AT, direction: ASC }) { nodes { name field oldValue newValue } } }',
    )
  ).auditTrail.nodes.map(({ name, field, oldValue, newValue }: Answer) => [name, field, oldValue, newValue]);

test('the default profile exists from the start, is asynchronous, and every channel has it unless told otherwise', async () => {
  const hq = await withChannels(['houston']);
  const { functionalityProfiles, channel } = await hq.query(
    `{ functionalityProfiles { totalCount nodes { ${parts.split('... on Failure')[0]} } } channel(code: "houston") { functionalityProfile { code } } }`,
  );
  expect(functionalityProfiles).toEqual({
    totalCount: 1,
    nodes: [
      {
        __typename: 'FunctionalityProfile',
        code: 'default',
        name: 'Default',
        createCustomerInAsyncMode: true,
        realTimeTimeoutMs: 2_000,
        defaultCustomer: null,
      },
    ],
  });
  expect(channel).toEqual({ functionalityProfile: { code: 'default' } });
});

test('a profile is created once, and a repeat with other settings is refused', async () => {
  const hq = await withChannels([]);
  const input = { code: 'real-time', name: ' Real time ', createCustomerInAsyncMode: false };
  const created = {
    __typename: 'FunctionalityProfile',
    code: 'real-time',
    name: 'Real time',
    createCustomerInAsyncMode: false,
    realTimeTimeoutMs: 2_000,
    defaultCustomer: null,
  };
  expect(await create(hq, input)).toEqual(created);
  expect(await create(hq, input)).toEqual(created);
  expect(await create(hq, { ...input, realTimeTimeoutMs: 500 })).toMatchObject({
    errorCode: 'INVALID_INPUT',
    violations: [{ path: ['code'], rule: 'UNIQUE' }],
  });
  const name = 'Functionality profile real-time';
  expect(await trailOf(hq)).toEqual([
    [name, 'code', null, 'real-time'],
    [name, 'name', null, 'Real time'],
    [name, 'createCustomerInAsyncMode', null, 'false'],
    [name, 'realTimeTimeoutMs', null, '2000'],
  ]);
});

test('a change of a profile is recorded field by field, and one that changes nothing is not', async () => {
  const hq = await withChannels(['houston']);
  const uuid = await createCustomer(hq);
  await run(hq);
  const change = {
    code: 'default',
    realTimeTimeoutMs: 500,
    createCustomerInAsyncMode: true,
    defaultCustomerUuid: uuid,
  };
  expect(await update(hq, change)).toMatchObject({ realTimeTimeoutMs: 500, defaultCustomer: { uuid } });
  await update(hq, change);
  await update(hq, { code: 'default', name: null });
  expect(await update(hq, { code: 'default', defaultCustomerUuid: null })).toMatchObject({
    name: 'Default',
    realTimeTimeoutMs: 500,
    defaultCustomer: null,
  });
  const name = 'Functionality profile default';
  expect(await trailOf(hq)).toEqual([
    [name, 'realTimeTimeoutMs', '2000', '500'],
    [name, 'defaultCustomerUuid', null, uuid],
    [name, 'defaultCustomerUuid', uuid, null],
  ]);
});

test('the longest wait for an account ID ends before an operation has used up its time', () => {
  expect(realTimeTimeout.most).toBeLessThanOrEqual(defaultLimits.operationTime - 500);
});

test('an invalid profile names every field that is wrong', async () => {
  const hq = await withChannels(['houston']);
  const pending = await createCustomer(hq);
  const wrong = { name: ' ', realTimeTimeoutMs: 99, defaultCustomerUuid: pending };
  const violations = [
    { path: ['name'], rule: 'FORMAT' },
    { path: ['realTimeTimeoutMs'], rule: 'RANGE' },
    { path: ['defaultCustomerUuid'], rule: 'CONSISTENCY' },
  ];
  expect((await create(hq, { ...wrong, code: 'Real' })).violations).toEqual([
    { path: ['code'], rule: 'FORMAT' },
    ...violations,
  ]);
  expect((await update(hq, { ...wrong, code: 'default' })).violations).toEqual(violations);
  expect(await update(hq, { code: 'default', realTimeTimeoutMs: 4_001 })).toMatchObject({ errorCode: 'INVALID_INPUT' });
  expect(await update(hq, { code: 'unknown', name: 'X' })).toMatchObject({ errorCode: 'NOT_FOUND' });
  expect(await update(hq, { code: 'default', defaultCustomerUuid: randomUUID() })).toMatchObject({
    errorCode: 'INVALID_INPUT',
  });
  expect(await trailOf(hq)).toEqual([]);
});

test('a channel names its profile, and one that does not exist is refused with everything else that is wrong', async () => {
  const hq = await withChannels(['dallas']);
  await create(hq, { code: 'real-time', name: 'Real time', createCustomerInAsyncMode: false });
  const channel = (mutation: string) =>
    `${mutation}(input: $input) { __typename ... on Channel { functionalityProfile { code } } ... on InvalidInput { violations { path } } }`;
  const add = async (input: Answer) =>
    (await hq.query(`mutation ($input: CreateChannelInput!) { ${channel('createChannel')} }`, { input })).createChannel;
  const set = async (input: Answer) =>
    (await hq.query(`mutation ($input: UpdateChannelInput!) { ${channel('updateChannel')} }`, { input })).updateChannel;
  expect(await add(aChannel('houston', { functionalityProfile: 'real-time' }))).toMatchObject({
    functionalityProfile: { code: 'real-time' },
  });
  expect(await add(aChannel('austin', { name: ' ', functionalityProfile: 'unknown' }))).toMatchObject({
    violations: [{ path: ['name'] }, { path: ['functionalityProfile'] }],
  });
  expect(await set({ code: 'dallas', functionalityProfile: '' })).toMatchObject({
    violations: [{ path: ['functionalityProfile'] }],
  });
  expect(await set({ code: 'dallas', functionalityProfile: 'real-time' })).toMatchObject({
    functionalityProfile: { code: 'real-time' },
  });
  const { channels, functionalityProfiles } = await hq.query(
    `{ channels(filter: { functionalityProfile: "real-time" }) { nodes { code } }
       functionalityProfiles(first: 1, orderBy: { field: CREATED_AT, direction: DESC }) { nodes { code } pageInfo { hasNextPage } } }`,
  );
  expect(channels.nodes).toEqual([{ code: 'dallas' }, { code: 'houston' }]);
  expect(functionalityProfiles).toEqual({ nodes: [{ code: 'real-time' }], pageInfo: { hasNextPage: true } });
});
