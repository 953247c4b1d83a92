import { randomUUID } from 'node:crypto';
import { expect, test } from 'vitest';
import { aBody, appendOperation, run, withChannels } from '../support/actions.ts';
import { hq } from '../support/cli.ts';

test('nothing needs attention', async () => {
  const server = await withChannels(['houston']);

  expect(await hq(`attention --url ${server.url}`)).toEqual({ code: 0, out: 'Nothing needs attention.\n', err: '' });
});

test('each item shows the record, the reason, and what to do', async () => {
  const server = await withChannels(['houston', 'dallas']);
  for (let count = 0; count < 3; count++)
    await appendOperation(server, 'houston', { uuid: randomUUID(), payload: { customer: aBody({ lastName: ' ' }) } });
  await run(server);

  const { out } = await hq(`attention --first 2 --url ${server.url}`);

  expect(out.match(/^CUSTOMER_OPERATION_FAILED {2}Customer operation \d of houston, for .+$/gm)).toHaveLength(2);
  expect(out).toMatch(
    /\n {2}\S.+ \[INVALID_INPUT\]\n {2}To do: Correct the value named in the message with correctCustomerOperation/,
  );
  expect(out).toMatch(/\n\n… and 1 more: --first 3\n$/);
  expect((await hq(`attention --channel dallas --url ${server.url}`)).out).toBe('Nothing needs attention.\n');
  expect(JSON.parse((await hq(`attention --json --url ${server.url}`)).out)).toMatchObject({
    total: 3,
    items: [{ kind: 'CUSTOMER_OPERATION_FAILED', channel: { code: 'houston' } }, {}, {}],
  });
});
