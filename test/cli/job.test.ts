import { expect, test } from 'vitest';
import { createCustomers, withChannels } from '../support/actions.ts';
import { hq, rowsOf } from '../support/cli.ts';

test('a run is listed with its number, job, state, duration, and what it has done', async () => {
  const server = await withChannels(['houston']);
  await createCustomers(server, 3);
  expect(await hq(`job conversion --url ${server.url}`)).toEqual({
    code: 0,
    out: 'Run 1 of Conversion: QUEUED\n',
    err: '',
  });
  await server.worker.drain();

  const { out } = await hq(`job list --url ${server.url}`);

  expect(out).toMatch(/^RUN +JOB +STATE +CAUSE +STARTED +DURATION +DONE +REASON\n/);
  const [[number, job, state, cause, started, took, done]] = rowsOf(out) as [string[]];
  expect([number, job, state, cause, done]).toEqual(['1', 'Conversion', 'SUCCEEDED', 'OPERATOR', '3 customers']);
  expect(started).toMatch(/^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d$/);
  expect(took).toMatch(/^\d+\.\ds$/);
});

test('without runs, the list says so', async () => {
  const server = await withChannels([]);

  expect(await hq(`job list --url ${server.url}`)).toEqual({ code: 0, out: 'There are no runs.\n', err: '' });
  expect(await hq(`job list --json --url ${server.url}`)).toEqual({ code: 0, out: '[]\n', err: '' });
});

test('runs are filtered by state and job, and limited beyond one page', async () => {
  const server = await withChannels(['houston']);
  for (let count = 0; count < 101; count++) {
    await hq(`job p-job --url ${server.url}`);
    await server.worker.drain();
  }
  await hq(`job conversion --url ${server.url}`);
  const numbers = async (options: string) =>
    rowsOf((await hq(`job list ${options} --url ${server.url}`)).out).map(([number]) => Number(number));

  expect(await numbers('--first 2')).toEqual([102, 101]);
  expect(await numbers('--state queued')).toEqual([102]);
  expect(await numbers('--job p-job --first 101')).toHaveLength(101);
});

test('a run can be canceled, shown, and retried by its number', async () => {
  const server = await withChannels(['houston']);
  await hq(`job p-job --channel houston --url ${server.url}`);

  expect((await hq(`job cancel 1 --url ${server.url}`)).out).toBe('Run 1 of P-job: CANCELED\n');
  const { out } = await hq(`job show 1 --url ${server.url}`);
  expect(out).toMatch(/^Run +1\nJob +P-job\nChannels +houston\nState +CANCELED\n/);
  expect(out).toMatch(/\n\nSTEP +STATE +DURATION +PHASE +UNIT +DONE +TOTAL +SET ASIDE +WAITING\nP-job/);
  expect((await hq(`job retry '#1' --url ${server.url}`)).out).toBe('Run 1 of P-job: QUEUED\n');
});

test('a run that does not exist, or whose state does not allow it, is one line and exit code 1', async () => {
  const server = await withChannels(['houston']);
  await hq(`job p-job --url ${server.url}`);

  expect(await hq(`job show 9 --url ${server.url}`)).toEqual({
    code: 1,
    out: '',
    err: 'There is no run 9. "hq job list" lists the runs.\n',
  });
  for (const line of ['job cancel 9', 'job retry 1']) {
    const { code, out, err } = await hq(`${line} --url ${server.url}`);
    expect({ code, out }).toEqual({ code: 1, out: '' });
    expect(err).toMatch(/^.+\n$/);
  }
});

test('--json prints the same runs with their numbers', async () => {
  const server = await withChannels(['houston']);
  const started = JSON.parse((await hq(`job conversion --json --url ${server.url}`)).out);

  expect(started).toMatchObject({ number: 1, job: 'CONVERSION', state: 'QUEUED' });
  expect(JSON.parse((await hq(`job list --json --url ${server.url}`)).out)).toMatchObject([{ number: 1 }]);
  expect(JSON.parse((await hq(`job show 1 --json --url ${server.url}`)).out)).toMatchObject({ number: 1 });
  expect(JSON.parse((await hq(`job cancel 1 --json --url ${server.url}`)).out)).toMatchObject({ number: 1 });
});

test('--watch shows the progress of every step and how the run ended', async () => {
  const server = await withChannels(['houston'], { background: true }, { liveConversion: false });
  await createCustomers(server, 3);

  const { code, out } = await hq(`job conversion --watch --url ${server.url}`);

  expect(code).toBe(0);
  expect(out).toMatch(/ {2}P-job +3\/3 operations/);
  expect(out).toMatch(/ {2}1010 +3\/3 customers/);
  expect(out).toMatch(/\nConversion succeeded\. It took \d+\.\ds\.\n$/);
  const { out: json } = await hq(`job conversion --watch --json --url ${server.url}`);
  expect(JSON.parse(json)).toMatchObject({ job: 'CONVERSION', state: 'SUCCEEDED' });
});

test('a watched run that fails says why and is exit code 1, and lists say why too', async () => {
  const server = await withChannels(['houston'], { background: true }, { liveConversion: false });
  await createCustomers(server, 1);
  const { updateNumberSequence: exhausted } = await server.query(
    'mutation { updateNumberSequence(input: { name: "customer-account", largest: 0 }) { __typename } }',
  );
  expect(exhausted).toEqual({ __typename: 'NumberSequence' });

  const { code, err } = await hq(`job conversion --watch --url ${server.url}`);

  expect(code).toBe(1);
  expect(err).toMatch(/^Conversion failed: .+ \[NUMBER_SEQUENCE_EXHAUSTED\]\n$/);
  const { out } = await hq(`job list --state failed --url ${server.url}`);
  expect(rowsOf(out)[0]!.at(-1)).toMatch(/\[NUMBER_SEQUENCE_EXHAUSTED\]$/);
  expect((await hq(`job show 1 --url ${server.url}`)).out).toMatch(/\nReason +.+ \[NUMBER_SEQUENCE_EXHAUSTED\]\n/);
});

test('on a terminal, states are colored and no line is longer than the terminal is wide', async () => {
  const server = await withChannels(['houston']);
  await hq(`job p-job --url ${server.url}`);
  await server.worker.drain();
  const shown = (options: Parameters<typeof hq>[1]) => hq(`job list --url ${server.url}`, options);

  const { out: colored } = await shown({ columns: 40 });

  expect(colored).toContain('\u001b[32mSUCC');
  // biome-ignore lint/suspicious/noControlCharactersInRegex: escape sequences start with one
  const plain = colored.replace(/\u001b\[\d+m/g, '');
  expect(plain.split('\n')[1]).toMatch(/…$/);
  expect(Math.max(...plain.split('\n').map((line) => line.length))).toBe(40);
  expect((await shown({ columns: 40, env: { NO_COLOR: '1' } })).out).toBe(plain);
  expect((await shown({})).out).not.toContain('\u001b');
});
