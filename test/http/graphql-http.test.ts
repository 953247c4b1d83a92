import { serverAudits } from 'graphql-http';
import { describe, expect, test } from 'vitest';
import { startServer, ways } from './support.ts';

describe.each(ways)('$way', ({ header }) => {
  /** Every audit of GraphQL over HTTP (https://graphql.github.io/graphql-over-http), including what it only recommends or allows. */
  const audits = serverAudits({
    url: async () => (await startServer()).endpoint,
    fetchFn: (url: string, init: RequestInit = {}) =>
      fetch(url, { ...init, headers: { ...init.headers, ...header, authorization: 'Bearer ada' } }),
  });

  test('there are 61 audits', () => {
    expect(audits).toHaveLength(61);
  });

  test.each(audits.map(({ name, id, fn }) => [name, id, fn] as const))('%s (%s)', async (_name, _id, fn) => {
    expect(await fn()).toMatchObject({ status: 'ok' });
  });
});
