import { expect, test, vi } from 'vitest';
import packageJson from '../../../package.json' with { type: 'json' };
import { tokenFor } from '../../../src/access/viewer.ts';
import { DatabaseUnavailable } from '../../../src/errors.ts';
import { aClock, ask, run, withChannels } from '../../support/actions.ts';
import { onPostgres, startHeadquarters } from '../../support/headquarters.ts';
import { statementsOf } from '../../support/statements.ts';

test('an operator learns the version, the database, and how many runs are under way', async () => {
  const time = aClock('2026-11-22T10:00:00.000Z');
  const hq = await withChannels(['houston', 'dallas'], { clock: time.clock });
  time.set('2026-11-22T10:05:00.000Z');
  await run(hq);
  await ask(hq, 'P_JOB', ['houston']);
  await ask(hq, 'P_JOB', ['dallas']);
  const statements = statementsOf(hq.hq);
  expect(
    await hq.query(
      '{ serverInfo { version startedAt currentTime headquartersAvailable databaseKind queuedRuns runningRuns } }',
    ),
  ).toEqual({
    serverInfo: {
      version: packageJson.version,
      startedAt: '2026-11-22T10:00:00.000Z',
      currentTime: '2026-11-22T10:05:00.000Z',
      headquartersAvailable: true,
      databaseKind: onPostgres ? 'POSTGRESQL' : 'SQLITE',
      queuedRuns: 2,
      runningRuns: 0,
    },
  });
  expect(statements.filter(({ text }) => text.includes('job_run'))).toHaveLength(1);
});

test('a channel’s client learns the version and whether headquarters is available, and no more', async () => {
  const secret = 'a secret of at least thirty-two characters';
  const hq = await startHeadquarters({ settings: { TOKEN_SECRET: secret } });
  const authorization = `Bearer ${await tokenFor(secret, { kind: 'channel', channel: 'houston' }, '1h')}`;
  const { data, errors } = await hq.ask(
    '{ serverInfo { version headquartersAvailable databaseKind queuedRuns runningRuns } }',
    {},
    { authorization },
  );
  expect(data.serverInfo).toEqual({
    version: packageJson.version,
    headquartersAvailable: true,
    databaseKind: null,
    queuedRuns: null,
    runningRuns: null,
  });
  expect(errors).toMatchObject(
    ['databaseKind', 'queuedRuns', 'runningRuns'].map((field) => ({
      path: ['serverInfo', field],
      extensions: { code: 'FORBIDDEN' },
    })),
  );
});

test('while headquarters cannot be reached, the server still says who it is', async () => {
  const hq = await startHeadquarters({ limits: { probeKept: 0 } });
  const fails = () => Promise.reject(new DatabaseUnavailable('headquarters'));
  const spies = [vi.spyOn(hq.hq, 'read').mockImplementation(fails), vi.spyOn(hq.hq, 'write').mockImplementation(fails)];
  const asked = () => hq.ask('{ serverInfo { version headquartersAvailable queuedRuns } }');
  const { data, errors } = await asked();
  expect(data.serverInfo).toEqual({ version: packageJson.version, headquartersAvailable: false, queuedRuns: null });
  expect(errors).toMatchObject([{ path: ['serverInfo', 'queuedRuns'], extensions: { code: 'DATABASE_UNAVAILABLE' } }]);
  for (const spy of spies) spy.mockRestore();
  expect((await asked()).data.serverInfo).toMatchObject({ headquartersAvailable: true, queuedRuns: 0 });
});
