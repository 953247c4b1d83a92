import type { EntityManager } from 'typeorm';
import { expect, test } from 'vitest';
import { applyAccountIds, outdated } from '../../src/data/channel/customer.bulk.ts';
import { feedAfter } from '../../src/data/channel/feed.ts';
import { packageAfter } from '../../src/data/channel/operation.bulk.ts';
import { channelShiftPage, channelShiftsByUuid, openShiftOf } from '../../src/data/channel/shift.ts';
import { channelFigures } from '../../src/data/channel/statistics.bulk.ts';
import { tendersPaidWith } from '../../src/data/channel/transaction.bulk.ts';
import {
  channelTransaction,
  channelTransactionPage,
  channelTransactionsByUuid,
  knownTransactions,
  markCanceled,
} from '../../src/data/channel/transaction.ts';
import {
  byRelevance,
  countCustomers,
  customerByAccountId,
  customerPage,
  customersByUuid,
} from '../../src/data/customers.ts';
import type { Database } from '../../src/data/database.ts';
import { headquartersFigures } from '../../src/data/hq/channel.bulk.ts';
import {
  changeCustomers,
  customerBodies,
  customersChangedSince,
  knownCustomers,
  packedCustomers,
} from '../../src/data/hq/customer.bulk.ts';
import { claimRun, dueRuns, forgetRuns, insertRun, nextDueRun } from '../../src/data/hq/job-run.bulk.ts';
import { crashedRuns } from '../../src/data/hq/job-run.ts';
import { jobFigures } from '../../src/data/hq/job-statistics.bulk.ts';
import {
  countDue,
  dueOperations,
  failedCustomers,
  failOperations,
  receiveOperations,
  releaseWaiting,
  stagesOf,
} from '../../src/data/hq/operation.bulk.ts';
import { operationPage } from '../../src/data/hq/operation.ts';
import { dueSchedules, nextDueSchedule } from '../../src/data/hq/schedule.ts';
import { sql } from '../../src/data/sql.ts';
import { searchFor } from '../../src/domain/search.ts';
import { createCustomer, withChannels } from '../support/actions.ts';
import { onPostgres } from '../support/headquarters.ts';
import { type Statement, statementsOf } from '../support/statements.ts';

const now = '2026-11-22T10:00:00.000Z';
const uuid = '7f3c1a52-1b7c-4c1e-9d38-2f4c8a6f0b11';
const page = { limit: 20, descending: true };
const by = (field: string) => ({ ...page, sort: { by: field, before: now } });
const newest = { ...page, sort: { by: 'createdAt' } };
const best = { ...page, sort: { by: byRelevance } };
const deep = { ...page, before: 50_000, sort: { by: 'createdAt', before: now } };
const big = [
  'customer',
  'customer_address',
  'customer_search',
  'customer_operation',
  'operation',
  'feed',
  'job_run',
  'upload_session',
  'download_session',
  'audit_entry',
  'retail_transaction',
  'shift',
];
const failure = { sequence: 1, state: 'FAILED' as const, nextTryAt: null, errorCode: 'X', error: 'x' };
const download = JSON.stringify([{ uuid, accountId: 'C1', channel: 'houston', version: 1, edited: true }]);

type Query = (db: EntityManager) => Promise<unknown>;

const atHeadquarters: Record<string, Query> = {
  'runs that are due': (db) => dueRuns(db, now, 2),
  'when the next run is due': (db) => nextDueRun(db, now),
  'claim a run': (tx) => claimRun(tx, 1, 'worker', now),
  'runs that crashed the process': (db) => crashedRuns(db, 'p-job', now),
  'figures of jobs': (db) => jobFigures(db, now, ['conversion']),
  'when the next schedule is due': (db) => nextDueSchedule(db),
  'start or join a run': (tx) =>
    insertRun(tx, {
      job: 'p-job',
      scope: 'p-job:*',
      channels: null,
      arguments: null,
      requestedBy: 'me',
      cause: 'OPERATOR',
      steps: [],
      createdAt: now,
    }),
  'due schedules': (db) => dueSchedules(db, now),
  'due operations': (tx) => dueOperations(tx, 'houston', now, 1_000),
  'count of due operations': (db) => countDue(db, ['houston'], now),
  'receive a package': (tx) =>
    receiveOperations(tx, { package: '[]', channelDatabase: 'houston', epoch: 1, from: 0, sessionId: 's', at: now }),
  'receive a package in a later epoch': (tx) =>
    receiveOperations(tx, { package: '[]', channelDatabase: 'houston', epoch: 2, from: 0, sessionId: 's', at: now }),
  'set operations aside': (tx) => failOperations(tx, [failure], now),
  'release what waited': (tx) => releaseWaiting(tx, [uuid]),
  'figures of channels': (db) => headquartersFigures(db, ['houston', 'dallas']),
  'failed customers': (db) => failedCustomers(db, 'houston', 100),
  'failed operations': (db) => operationPage(db, { states: ['FAILED'] }, page),
  'failed operations of a channel': (db) => operationPage(db, { channel: 'houston', states: ['FAILED'] }, page),
  'pending operations': (db) => operationPage(db, { states: ['PENDING'] }, page),
  'unfinished operations of a channel': (db) =>
    operationPage(db, { channel: 'houston', states: ['PENDING', 'WAITING', 'FAILED'] }, page),
  'operations of a channel, deep page': (db) =>
    operationPage(db, { channel: 'houston' }, { ...by('receivedAt'), before: 50_000 }),
  'operations of a channel in a period': (db) =>
    operationPage(db, { channel: 'houston', createdAt: { from: now } }, by('createdAt')),
  'operations of all channels, deep page': (db) => operationPage(db, {}, { ...page, before: 50_000 }),
  'operations of a customer in any channel': (db) => operationPage(db, { customerUuid: uuid }, page),
  'operations of a customer': (db) => operationPage(db, { customerUuid: uuid, channel: 'houston' }, page),
  'stages of customers': (db) => stagesOf(db, [uuid]),
  'known customers': (tx) => knownCustomers(tx, [uuid]),
  'change customers': (tx) => changeCustomers(tx, [{ sequence: 1, version: 1 }]),
  'bodies of customers': (tx) => customerBodies(tx, [uuid]),
  'customers changed since': (db) => customersChangedSince(db, 'houston', 0, 1_000),
  'customers to bring back': (db) => packedCustomers(db, [{ uuid, lost: false }]),
  'customers of a channel, first page': (db) => customerPage(db, { channel: 'houston' }, newest),
  'customers of a channel, deep page': (db) => customerPage(db, { channel: 'houston' }, deep),
  'customers of all channels, deep page': (db) => customerPage(db, {}, deep),
  'customers of a channel by change': (db) =>
    customerPage(db, { channel: 'houston', updatedAt: { from: now } }, by('updatedAt')),
  'customers of all channels by change': (db) => customerPage(db, { updatedAt: { from: now } }, by('updatedAt')),
  'customers by UUID': (db) => customersByUuid(db, [uuid]),
  'customer by account ID': (db) => customerByAccountId(db, 'C00000001'),
  'search by two words': (db) => customerPage(db, { search: searchFor('ada byron') }, best),
  'search by a word, newest first': (db) => customerPage(db, { search: searchFor('byron') }, newest),
  'count what a search finds': (db) => countCustomers(db, { search: searchFor('C00000001') }),
  'search by phone in a channel': (db) => customerPage(db, { channel: 'houston', search: searchFor('555-0109') }, best),
};

const inChannel: Record<string, Query> = {
  'package after a counter': (db) => packageAfter(db, 0, 1_000),
  'feed after a cursor': (db) => feedAfter(db, 'houston', 0, 500),
  'lost customers of a download': (db) => outdated(db, { package: download, lastReceived: 1, lastOperationId: uuid }),
  'apply a download': (tx) => applyAccountIds(tx, { package: download, at: now }),
  'customers, first page': (db) => customerPage(db, { channel: 'houston' }, newest),
  'customers, deep page': (db) => customerPage(db, { channel: 'houston' }, deep),
  'figures of channels': (db) => channelFigures(db, ['houston', 'dallas']),
  'pending customers': (db) => customerPage(db, { channel: 'houston', pending: true }, newest),
  'customers by UUID': (db) => customersByUuid(db, [uuid]),
  'customer by account ID': (db) => customerByAccountId(db, 'C00000001'),
  'transactions, deep page': (db) => channelTransactionPage(db, { channel: 'houston' }, deep),
  orders: (db) => channelTransactionPage(db, { channel: 'houston' }, newest, { family: 'orders' }),
  'orders that are pending': (db) =>
    channelTransactionPage(db, { channel: 'houston' }, newest, { family: 'orders', pendingAfter: 7 }),
  'orders that are pending or canceled': (db) =>
    channelTransactionPage(db, { channel: 'houston' }, newest, { family: 'orders', pendingAfter: 7, canceled: true }),
  'transactions of a customer': (db) => channelTransactionPage(db, { channel: 'houston', customerUuid: uuid }, page),
  'listed transactions of a customer': (db) =>
    channelTransactionPage(db, { channel: 'houston', customerUuid: uuid }, newest),
  'transactions of a day': (db) =>
    channelTransactionPage(db, { channel: 'houston', businessDate: '2026-11-22' }, newest),
  'transactions of a shift': (db) => channelTransactionPage(db, { channel: 'houston', shiftUuid: uuid }, page),
  'transactions by UUID': (db) => channelTransactionsByUuid(db, [uuid]),
  'transaction by confirmation number': (db) => channelTransaction(db, 'houston', { reference: 'X' }),
  'known transactions': (tx) => knownTransactions(tx, [uuid]),
  'cancel an order': (tx) => markCanceled(tx, uuid, now),
  'tenders of a shift': (tx) => tendersPaidWith(tx, uuid),
  'shifts, deep page': (db) => channelShiftPage(db, { channel: 'houston' }, { ...page, before: 50_000 }),
  'shifts at a register': (db) => channelShiftPage(db, { channel: 'houston', register: 'R1' }, page),
  'shifts in a state': (db) => channelShiftPage(db, { channel: 'houston', state: ['CLOSED'] }, page),
  'shifts of some days': (db) =>
    channelShiftPage(db, { channel: 'houston', businessDate: { from: '2026-11-21' } }, page),
  'shifts by UUID': (db) => channelShiftsByUuid(db, [uuid]),
  'open shift of a register': (tx) => openShiftOf(tx, 'houston', 'R1'),
  'search by an account ID': (db) => customerPage(db, { channel: 'houston', search: searchFor('C00000001') }, best),
  'search by a word': (db) => customerPage(db, { channel: 'houston', search: searchFor('ada') }, best),
};

test('no hot statement reads a big table from end to end', async () => {
  const hq = await withChannels(['houston']);
  // The customer of the download.
  await createCustomer(hq, { uuid });
  const channel = await hq.channels.databaseOf('houston');
  const scans: Record<string, string[]> = {};
  for (const [database, queries] of [
    [hq.hq, atHeadquarters],
    [channel, inChannel],
  ] as const) {
    const statements = statementsOf(database);
    for (const [name, query] of Object.entries(queries)) {
      statements.length = 0;
      await database.write(query);
      const asked = statements.filter(({ text }) => /^\s*(select|insert|update|delete|with)/i.test(text));
      expect(asked.length, name).toBeGreaterThan(0);
      for (const statement of asked) {
        const found = await fullScans(database, statement);
        if (found.length > 0) scans[name] = found;
      }
    }
  }
  expect(scans).toEqual({});
});

/** A list of old runs reads an index from its beginning, and stops. */
test('housekeeping finds old runs by index', async () => {
  const { hq } = await withChannels([]);
  const statements = statementsOf(hq);
  await hq.write((tx) => forgetRuns(tx, now, 1_000));
  const select = statements.find(({ text }) => text.includes('finished_at <'))!;
  expect(JSON.stringify(await planOf(hq, select))).toContain('job_run_by_end');
});

/** SQLite would look up only the time, and read all that happened at that instant before the page. */
test('a deep page begins at its key, even if many rows have the same time', async () => {
  const { hq } = await withChannels([]);
  const statements = statementsOf(hq);
  await hq.read((db) => customerPage(db, {}, deep));
  await hq.read((db) => operationPage(db, { channel: 'houston' }, { ...by('receivedAt'), before: 50_000 }));
  const pages = statements.splice(0);
  expect(pages).toHaveLength(2);
  for (const statement of pages) {
    const plan = JSON.stringify(await planOf(hq, statement));
    expect(plan).toMatch(/(created|received)_at ?= ?[^&]{1,60}(id|sequence) ?< ?/);
  }
});

async function fullScans(database: Database, statement: Statement): Promise<string[]> {
  const plan = await planOf(database, statement);
  if (onPostgres) {
    return [...JSON.stringify(plan).matchAll(/"Node Type":"Seq Scan"[^{}]*?"Relation Name":"(\w+)"/g)]
      .map(([, table]) => table!)
      .filter((table) => big.includes(table));
  }
  // "SCAN c" alone or over an index reads all of it, except through an index that holds only what is looked for.
  return (plan as { detail: string }[])
    .map(({ detail }) => detail)
    .filter((detail) => [...big, 'c', 'a', 'o', 'earlier', 'later'].includes(/^SCAN (\w+)/.exec(detail)?.[1] ?? ''))
    .filter(
      (detail) =>
        !/USING (COVERING )?INDEX (job_run_due|operation_in_trouble|operation_unfinished|order_canceled)|customer_search VIRTUAL TABLE INDEX \d+:M/.test(
          detail,
        ),
    );
}

/** The plan that is made for tables of any size: PostgreSQL would rather read a small one from end to end. */
const planOf = (database: Database, { text, parameters }: Statement): Promise<unknown[]> =>
  onPostgres
    ? database.write(async (tx) => {
        await sql(tx, 'set local enable_seqscan = off');
        return sql(tx, `explain (format json) ${text}`, parameters);
      })
    : database.read((db) => sql(db, `explain query plan ${text}`, parameters));
