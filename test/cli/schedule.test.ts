import { expect, test } from 'vitest';
import { withChannels } from '../support/actions.ts';
import { hq, rowsOf } from '../support/cli.ts';

test('the schedules of a new headquarters are listed by number', async () => {
  const server = await withChannels([]);

  const { out } = await hq(`schedule list --url ${server.url}`);

  expect(out).toMatch(/^SCHEDULE +JOB +CHANNELS +CRON +TIME ZONE +ENABLED +MISSED RUNS +NEXT RUN +LAST RUN +RESULT\n/);
  expect(rowsOf(out)[0]).toEqual([
    '1',
    'Conversion',
    'all',
    '*/5 * * * *',
    'UTC',
    'yes',
    'RUN_ONCE',
    expect.stringMatching(/^\d{4}-\d\d-\d\d \d\d:\d\d:00$/),
  ]);
});

test('a schedule is created, changed, disabled, enabled, and deleted by its number', async () => {
  const server = await withChannels(['houston', 'dallas']);
  const printed = async (line: string) => {
    const { code, out, err } = await hq(`schedule ${line} --url ${server.url}`);
    expect({ code, err }).toEqual({ code: 0, err: '' });
    return out;
  };
  const listed = async (number: number) =>
    JSON.parse(await printed('list --json')).find((schedule: { number: number }) => schedule.number === number);
  const { number } = JSON.parse(
    await printed(
      "create end-of-day '30 23 * * *' --channel houston dallas --time-zone America/Chicago --missed-runs skip --json",
    ),
  );
  expect(await listed(number)).toMatchObject({
    job: 'END_OF_DAY',
    cron: '30 23 * * *',
    timeZone: 'America/Chicago',
    missedRuns: 'SKIP',
    enabled: true,
    channels: [{ code: 'dallas' }, { code: 'houston' }],
  });

  expect(await printed(`update ${number} --cron '0 6 * * *'`)).toMatch(
    /^Schedule \d+ of End of day runs next at .+\n$/,
  );
  expect(await listed(number)).toMatchObject({ cron: '0 6 * * *', missedRuns: 'SKIP', channels: [{}, {}] });
  await printed(`update ${number} --all-channels`);
  expect(await listed(number)).toMatchObject({ cron: '0 6 * * *', channels: null });
  expect(await printed(`disable ${number}`)).toBe(`Schedule ${number} of End of day is disabled.\n`);
  expect(await listed(number)).toMatchObject({ enabled: false });
  expect(await printed(`enable ${number}`)).toMatch(/runs next at/);
  expect(await listed(number)).toMatchObject({ enabled: true });
  expect(await printed(`delete ${number}`)).toBe(`Schedule ${number} is deleted.\n`);
  expect(await listed(number)).toBeUndefined();
});

test('the list shows the last run, whose number other commands accept', async () => {
  let now = Date.parse('2026-11-22T10:00:30.000Z');
  const server = await withChannels([], { clock: () => new Date(now) });
  now += 6 * 60_000;
  await server.scheduler.runDue();
  await server.worker.drain();

  const [last, result] = rowsOf((await hq(`schedule list --url ${server.url}`)).out)[0]!.slice(-2);

  expect(last).toMatch(/^2026-11-22/);
  const [, run] = /^SUCCEEDED \(run (\d+)\)$/.exec(result!)!;
  expect((await hq(`job show ${run} --url ${server.url}`)).out).toMatch(/\nState +SUCCEEDED\n/);
});

test.each([
  ['create end-of-day noon', /^cron: /],
  ["create end-of-day '0 6 * * *' --channel nowhere", /^There is no channel "nowhere"\.$/],
  ["update 1 --cron '* *'", /^cron: /],
  ['delete 77', /^There is no such schedule\.$/],
])('hq schedule %s is refused in one line', async (line, message) => {
  const server = await withChannels([]);

  const { code, out, err } = await hq(`schedule ${line} --url ${server.url}`);

  expect({ code, out }).toEqual({ code: 1, out: '' });
  expect(err.trimEnd()).toMatch(message);
  expect(err.trimEnd()).not.toContain('\n');
});
