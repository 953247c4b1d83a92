import { expect, test } from 'vitest';
import { urlOf } from '../../src/data/channel-servers.ts';
import { existingChannelDatabases } from '../../src/data/existing-databases.ts';
import { createChannel, createCustomer, rowsOf, run } from '../support/actions.ts';
import { emptyDatabases, onPostgres, startHeadquarters } from '../support/headquarters.ts';

test('the first server that takes a name has the database', () => {
  const servers = [
    { names: 'eu_berlin', url: 'postgres://db1/berlin' },
    { names: 'eu_*', url: 'postgres://db2/hq?schema={database}' },
    { names: '*', url: 'postgres://db0/hq?schema=c_{database}' },
  ];
  expect(['eu_berlin', 'eu_paris', 'houston', 'new_eu_x'].map((name) => urlOf(servers, name))).toEqual([
    'postgres://db1/berlin',
    'postgres://db2/hq?schema=eu_paris',
    'postgres://db0/hq?schema=c_houston',
    'postgres://db0/hq?schema=c_new_eu_x',
  ]);
});

test.skipIf(!onPostgres)('channels live where CHANNEL_SERVERS says, and are found there', async () => {
  const { DATABASE_URL: hqUrl, ...settings } = await emptyDatabases({ fresh: true });
  const elsewhere = hqUrl!.replace('_hq', '_elsewhere_{database}');
  const tokyo = hqUrl!.replace('_hq', '_far_east');
  const server = await startHeadquarters({
    settings: { ...settings, DATABASE_URL: hqUrl!, CHANNEL_SERVERS: `eu-*=${elsewhere},tokyo=${tokyo}` },
  });
  for (const code of ['eu-berlin', 'tokyo', 'houston']) {
    await createChannel(server, code);
    await createCustomer(server, { channel: code });
  }
  expect(await run(server)).toMatchObject({ state: 'SUCCEEDED' });

  const schemaOf = async (code: string) =>
    (await rowsOf<{ name: string }>(await server.channels.databaseOf(code), 'select current_schema() as name'))[0]!
      .name;
  expect(await schemaOf('eu-berlin')).toMatch(/_elsewhere_eu_berlin$/);
  expect(await schemaOf('tokyo')).toMatch(/_far_east$/);
  expect(await schemaOf('houston')).toMatch(/_c_houston$/);
  const servers = [...server.config.channelServers, { names: '*', url: server.config.channelDatabaseUrl }];
  expect(await existingChannelDatabases(servers)).toEqual(['eu_berlin', 'houston', 'tokyo']);
});
