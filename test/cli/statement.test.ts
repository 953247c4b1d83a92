import { expect, test } from 'vitest';
import { tamper, withChannels } from '../support/actions.ts';
import { hq, rowsOf } from '../support/cli.ts';
import { posted, sell } from '../support/sales.ts';

test('statements are listed, newest first, and filtered', async () => {
  const server = await withChannels(['houston', 'dallas']);
  await sell(server);
  await sell(server, { businessDate: '2026-11-20' }, 'dallas');
  await posted(server);
  const listed = async (options = '') => {
    const { out } = await hq(`statement ${options} --url ${server.url}`);
    expect(out).toMatch(/^STATEMENT +TYPE +CHANNEL +BUSINESS DATE +STATE +SALES\/SHIFTS +TOTAL +DIFFERENCE +REASON\n/);
    return rowsOf(out);
  };

  expect((await listed()).map(([number]) => number)).toEqual(['ST00000002', 'ST00000001']);
  const houston = [
    expect.any(String),
    'TRANSACTIONAL',
    'houston',
    '2026-11-21',
    'POSTED',
    '1',
    expect.stringMatching(/ USD$/),
  ];
  expect(await listed('--channel houston')).toEqual([houston]);
  expect(await listed('--business-date 2026-11-21')).toEqual([houston]);
  expect(await hq(`statement --failed --url ${server.url}`)).toMatchObject({ out: 'There are no statements.\n' });
});

test('a statement shows its totals, its balances, and its events', async () => {
  const server = await withChannels(['houston']);
  await sell(server);
  await posted(server);

  const { code, out } = await hq(`statement st00000001 --url ${server.url}`);

  expect(code).toBe(0);
  const [facts, balances, events] = out.split('\n\n');
  expect(facts).toMatch(/^Statement +ST00000001\nType +TRANSACTIONAL\nChannel +Houston \(houston\)\n/);
  expect(facts).toMatch(/\nState +POSTED\nSales +1\nNet +/);
  expect(balances).toMatch(/^POSTING TYPE +ACCOUNT +DEBIT +CREDIT\nSALES +CUSTOMER_RECEIVABLE +.+ USD +0\.00 USD\n/);
  expect(events).toMatch(/^EVENT +AT +BY +DETAIL\nSTARTED /);
  expect(rowsOf(events!).at(-1)![0]).toBe('POSTED');
  expect(JSON.parse((await hq(`statement ST00000001 --json --url ${server.url}`)).out)).toMatchObject({
    statementId: 'ST00000001',
    state: 'POSTED',
  });
});

test('a statement that failed shows the reason', async () => {
  const server = await withChannels(['houston']);
  await tamper(server.hq, "update number_sequence set largest = 0 where name = 'invoice'");
  await sell(server);
  await posted(server);

  expect((await hq(`statement --failed --url ${server.url}`)).out).toMatch(/ \[NUMBER_SEQUENCE_EXHAUSTED\]\n$/);
});

test('an unknown statement is one line and exit code 1', async () => {
  const server = await withChannels([]);

  expect(await hq(`statement ST99999999 --url ${server.url}`)).toEqual({
    code: 1,
    out: '',
    err: 'There is no statement "ST99999999". "hq statement" lists the newest.\n',
  });
});
