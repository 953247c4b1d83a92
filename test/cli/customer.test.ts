import { expect, test } from 'vitest';
import { aBody, appendOperation, createCustomer, run, withChannels } from '../support/actions.ts';
import { hq, rowsOf } from '../support/cli.ts';

test('a pending customer is found by UUID and by email address, in any channel', async () => {
  const server = await withChannels(['dallas', 'houston']);
  const uuid = await createCustomer(server, { email: 'Ada@example.com' });

  for (const key of [uuid, uuid.toUpperCase(), 'ada@EXAMPLE.com']) {
    const { code, out } = await hq(`customer ${key} --url ${server.url}`);
    expect(code).toBe(0);
    expect(out).toMatch(/^Name +Ada Byron\nAccount ID +Pending sync\nStatus +PENDING\nUUID +/);
    expect(out).toContain(`${uuid}\nChannel     Houston (houston)\n`);
  }
});

test('a synchronized customer is found by account ID, with the progress of its conversion', async () => {
  const server = await withChannels(['houston']);
  const uuid = await createCustomer(server);
  await run(server);

  const { out } = await hq(`customer c00000001 --url ${server.url}`);

  expect(out).toMatch(/^Name +Ada Byron\nAccount ID +C00000001\nStatus +SYNCED\n/);
  const [, timeline] = out.split('\n\n');
  expect(timeline).toMatch(/^CONVERSION +AT +DETAIL\n/);
  expect(rowsOf(timeline!).map(([stage]) => stage)).toEqual([
    'CREATED',
    'UPLOADED',
    'ACCOUNT_ID_ASSIGNED',
    'BACK_IN_CHANNEL',
  ]);
  expect(JSON.parse((await hq(`customer ${uuid} --json --url ${server.url}`)).out)).toMatchObject({
    uuid,
    accountId: 'C00000001',
    timeline: [{}, {}, {}, {}],
  });
});

test('a customer that was set aside shows the reason', async () => {
  const server = await withChannels(['houston']);
  const uuid = await createCustomer(server);
  await appendOperation(server, 'houston', {
    uuid,
    kind: 'UPDATE_CUSTOMER',
    id: 'bad-change',
    payload: { customer: aBody({ lastName: ' ' }) },
  });
  await run(server);

  const { out } = await hq(`customer ${uuid} --url ${server.url}`);

  expect(out).toMatch(/\nOPERATION +STATE +RECEIVED +REASON\nUPDATE_CUSTOMER +FAILED +.+ \[INVALID_INPUT\]\n$/);
});

test('customers with the same email address are listed', async () => {
  const server = await withChannels(['houston', 'dallas']);
  await createCustomer(server, { email: 'ada@example.com' });
  await run(server);
  await createCustomer(server, { email: 'ada@example.com', channel: 'dallas' });
  await createCustomer(server, { email: 'ada@example.com.au' });
  const listed = async (options: string) =>
    rowsOf((await hq(`customer ada@example.com ${options} --url ${server.url}`)).out.split('\n\n')[1] ?? '');

  expect(await listed('')).toEqual([
    [expect.any(String), 'C00000001', 'SYNCED', 'houston', 'Ada Byron'],
    [expect.any(String), 'Pending sync', 'PENDING', 'dallas', 'Ada Byron'],
  ]);
  expect((await hq(`customer ada@example.com --channel dallas --url ${server.url}`)).out).toMatch(
    /^Name +Ada Byron\nAccount ID +Pending sync\n/,
  );
});

test.each([
  'C99999999',
  'nobody@example.com',
  '7f3c1a52-1b7c-4c1e-9d38-2f4c8a6f0b11',
  'Ada',
])('an unknown customer %s is one line and exit code 1', async (key) => {
  const server = await withChannels(['houston']);

  expect(await hq(`customer ${key} --url ${server.url}`)).toEqual({
    code: 1,
    out: '',
    err: `There is no customer "${key}".\n`,
  });
});
