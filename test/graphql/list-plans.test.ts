import {
  type GraphQLEnumType,
  type GraphQLInputField,
  getNamedType,
  getNullableType,
  isEnumType,
  isInputObjectType,
  isListType,
  isObjectType,
} from 'graphql';
import { expect, test } from 'vitest';
import { channelEntities } from '../../src/data/channel/entities.ts';
import type { Database } from '../../src/data/database.ts';
import { hqEntities } from '../../src/data/hq/entities.ts';
import { sql } from '../../src/data/sql.ts';
import { schema } from '../../src/graphql/schema.ts';
import { createCustomer, run, withChannels } from '../support/actions.ts';
import { multiply } from '../support/hay.ts';
import { type Answer, type Headquarters, onPostgres } from '../support/headquarters.ts';
import { sell } from '../support/sales.ts';
import { type Statement, statementsOf } from '../support/statements.ts';
import { appendTransaction, aTransaction } from '../support/transactions.ts';

/*
 * Every list of the schema is read in every order and by every filter from tables full of rows that the filter does not want. It may look at a
 * few of them, never at all.
 */

const ROWS = 20_000;
/** Rows that a page may look at. */
const FEW = 1_000;

const tables = {
  headquarters: [
    'customer',
    'customer_operation',
    'retail_transaction',
    'sales_order',
    'invoice',
    'statement',
    'job_run',
    'upload_session',
    'download_session',
    'audit_entry',
  ],
  channel: ['customer', 'retail_transaction', 'shift'],
};

const lists = Object.values(schema.getQueryType()!.getFields()).filter((field) => {
  const type = getNamedType(field.type);
  return isObjectType(type) && 'edges' in type.getFields();
});

/** Values that no row in the tables has, for the fields of filters by name and by type. */
const absent: Record<string, unknown> = {
  channel: 'dallas',
  search: 'zzzz',
  UUID: '00000000-0000-4000-8000-00000000dead',
  String: 'nothing',
  Boolean: true,
  DateTimeRange: { from: '2001-01-01T00:00:00Z', before: '2001-01-02T00:00:00Z' },
  DateRange: { from: '2001-01-01', to: '2001-01-02' },
  LocalDateRange: { from: '2001-01-01', to: '2001-01-02' },
};

interface Case {
  name: string;
  /** The query of a page, given by its arguments. */
  query: (page: string) => string;
  variables: Record<string, unknown>;
}

/** Values that many rows have in any database, so that a page is full soon: a channel has a statement of each type every day. */
const common: Record<string, unknown[]> = {
  'statements.type': ['TRANSACTIONAL', 'FINANCIAL'],
  'customerOperations.states': ['SYNCED'],
};

const literalsOf = (list: string, field: GraphQLInputField): unknown[] => {
  const named = getNamedType(field.type);
  const one = isEnumType(named)
    ? (named as GraphQLEnumType)
        .getValues()
        .map(({ name }) => name)
        .filter((name) => !common[`${list}.${field.name}`]?.includes(name))
    : named.name === 'Boolean'
      ? [true, false]
      : [absent[field.name] ?? absent[named.name]];
  return isListType(getNullableType(field.type)) ? one.map((value) => [value]) : one;
};

const cases: Case[] = lists.flatMap((field) => {
  const argument = (name: string) => field.args.find((candidate) => candidate.name === name);
  const sources = argument('source') ? ['CHANNEL', 'HEADQUARTERS'] : [undefined];
  const filterType = argument('filter') && getNamedType(argument('filter')!.type);
  const filters = isInputObjectType(filterType) ? Object.values(filterType.getFields()) : [];
  const orderType = argument('orderBy') && getNamedType(argument('orderBy')!.type);
  const orders = isInputObjectType(orderType)
    ? (getNamedType(orderType.getFields().field!.type) as GraphQLEnumType)
        .getValues()
        .flatMap(({ name }) => ['ASC', 'DESC'].map((direction) => ({ field: name, direction })))
    : [undefined];
  const declared = [
    ...(argument('filter') ? [`$filter: ${argument('filter')!.type}`] : []),
    ...(argument('orderBy') ? [`$orderBy: ${argument('orderBy')!.type}`] : []),
    ...(argument('source') ? [`$source: ${argument('source')!.type}`] : []),
  ];
  const given = ['filter', 'orderBy', 'source'].filter((name) => argument(name)).map((name) => `${name}: $${name}`);
  const query = (page: string) =>
    `query ${declared.length > 0 ? `(${declared.join(', ')})` : ''} { list: ${field.name}(${[...given, page].join(', ')}) { edges { cursor } } }`;
  return sources.flatMap((source) =>
    orders.flatMap((orderBy) =>
      [undefined, ...filters].flatMap((filter) =>
        (filter ? literalsOf(field.name, filter) : [undefined]).flatMap((value) => {
          const wanted = filter ? { [filter.name]: value } : {};
          // A list of a channel database needs its channel; elsewhere, every filter is tried with and without one.
          const withChannel = filters.some(({ name }) => name === 'channel') ? [{ channel: 'houston', ...wanted }] : [];
          const all = source === 'CHANNEL' ? withChannel : [wanted, ...withChannel];
          return all.map((filter) => ({
            name: `${field.name}(${JSON.stringify({ source, filter, orderBy })})`,
            query,
            variables: { source, filter, orderBy },
          }));
        }),
      ),
    ),
  );
});

/** One of everything, and then many copies of it. */
async function fullTables(): Promise<{ hq: Headquarters; channel: Database }> {
  const hq = await withChannels(['houston', 'dallas'], {}, { channelDatabase: 'houston' });
  const customerUuid = await createCustomer(hq);
  await appendTransaction(hq, 'houston', aTransaction('ONLINE_ORDER', { customerUuid }));
  await sell(hq, { customerUuid });
  await hq.query('mutation { openShift(input: { channel: "houston", register: "R1" }) { __typename } }');
  await run(hq, 'CONVERSION');
  await run(hq, 'END_OF_DAY');
  const channel = await hq.channels.databaseOf('houston');
  await multiply(hq.hq, hqEntities, tables.headquarters, ROWS);
  await multiply(channel, channelEntities, tables.channel, ROWS);
  return { hq, channel };
}

test('every list can be filtered, ordered, and counted', () => {
  const incomplete = lists
    .filter(({ args }) => !['filter', 'orderBy'].every((name) => args.some((argument) => argument.name === name)))
    .map(({ name }) => name);
  expect(incomplete).toEqual([]);
});

test('every filter and order of every list looks at few rows, however many there are', async () => {
  expect(cases.length).toBeGreaterThan(200);
  const { hq, channel } = await fullTables();
  const wrong: Record<string, unknown> = {};
  const asked = [hq.hq, channel].map((database) => ({ database, statements: statementsOf(database) }));
  const edgesOf = async ({ name, query, variables }: Case, page: string): Promise<{ cursor: string }[]> => {
    for (const { statements } of asked) statements.length = 0;
    const { data, errors } = await hq.ask(query(page), variables);
    const reads = asked.flatMap(({ database, statements }) =>
      statements.filter(({ text }) => /^\s*(select|with)/i.test(text)).map((statement) => ({ database, statement })),
    );
    const codes = (errors ?? []).map(({ extensions }: Answer) => extensions.code);
    // A filter that cannot match is refused before anything is read.
    // Channels and their profiles are kept in memory.
    const isInMemory = name.startsWith('channels(') || name.startsWith('functionalityProfiles(');
    const isRead = reads.length > 0 || codes.length > 0 || isInMemory;
    if (codes.some((code: string) => code !== 'INVALID_INPUT') || !isRead) wrong[name] = errors ?? 'reads nothing';
    for (const { database, statement } of reads) {
      const found = await costly(database, statement);
      if (found) wrong[`${name}, ${page}`] = found;
    }
    return data?.list?.edges ?? [];
  };
  for (const one of cases) {
    if ((await edgesOf(one, 'first: 20')).length < 20) continue;
    const [deep] = await edgesOf(one, 'last: 21');
    await edgesOf(one, `first: 20, after: "${deep!.cursor}"`);
  }
  expect(wrong).toEqual({});
}, 300_000);

/** What a statement reads too much of; undefined if it is fine. */
async function costly(database: Database, { text, parameters }: Statement): Promise<string | undefined> {
  if (onPostgres) {
    const [row] = await database.read((db) => sql<Answer>(db, `explain (analyze, format json) ${text}`, parameters));
    const rows = rowsRead(row['QUERY PLAN'][0].Plan);
    return rows > FEW ? `reads ${rows} rows: ${text}` : undefined;
  }
  const plan = await database.read((db) => sql<{ detail: string }>(db, `explain query plan ${text}`, parameters));
  const scanned = plan.map(({ detail }) => detail).find((detail) => isScan(detail, /\bwhere\b/.test(text)));
  return scanned && `${scanned}: ${text}`;
}

/** Rows that the nodes of a plan took from tables and indexes, with those they threw away. */
function rowsRead(node: Answer): number {
  const own = node['Relation Name']
    ? node['Actual Loops'] *
      (node['Actual Rows'] + (node['Rows Removed by Filter'] ?? 0) + (node['Rows Removed by Index Recheck'] ?? 0))
    : 0;
  return (node.Plans ?? []).reduce((sum: number, child: Answer) => sum + rowsRead(child), own);
}

const big = new Set([...tables.headquarters, ...tables.channel, 'c']);

/**
 * SQLite does not count the rows that it reads, so its plans are looked at: a statement with conditions may not read a table from end to end, and
 * one without may not sort it.
 */
function isScan(detail: string, filtered: boolean): boolean {
  const [, table] = /^SCAN (\w+)$/.exec(detail) ?? [];
  return filtered ? table !== undefined && big.has(table) : detail === 'USE TEMP B-TREE FOR ORDER BY';
}
