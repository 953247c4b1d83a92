import { expect, test } from 'vitest';
import { tokenFor } from '../../src/access/viewer.ts';
import { hq } from '../support/cli.ts';
import { onPostgres, openWorld } from './support/world.ts';

const TOKEN_SECRET = 'a secret for the tests of the demo, long enough';

test.skipIf(!onPostgres)(
  'the demo plays on a cluster: requests to one server, subscriptions at the other, jobs in a worker (PostgreSQL only)',
  async ({ onTestFinished }) => {
    const world = await openWorld(onTestFinished, { TOKEN_SECRET });
    const [first, second] = [await world.start('api'), await world.start('api')];
    await world.start('worker');
    const token = await tokenFor(TOKEN_SECRET, { kind: 'operator', name: 'ada' }, '1h');

    const { code, out, err } = await hq(`demo --url ${first.url} --socket-url ${second.url} --customers 100`, {
      env: { HQ_TOKEN: token },
    });

    expect({ code, err }, out).toEqual({ code: 0, err: '' });
    expect(out).toMatch(/every channel received its own account IDs, each exactly once/);
    expect(out).toMatch(/Every order and sale is in the books exactly once/);
    expect(await world.errors()).toEqual([]);
  },
);
