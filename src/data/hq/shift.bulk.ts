import type { EntityManager } from 'typeorm';
import { assignments, insertAll, insertInto, readShape, rows, unpacked } from '../columns.ts';
import { listed, matching } from '../dialect/expressions.ts';
import { packedOperation } from '../operation-kinds.ts';
import { sql } from '../sql.ts';
import { paymentColumns, type TransactionPayment } from '../transaction-facts.ts';
import type { Upload } from './operation.bulk.ts';
import { Shift, TenderCount } from './shift.ts';

/**
 * Takes in shifts, each as its newest operation in the package says. A known operation is left out, so that the log of a restored channel
 * database, sent again, takes nothing back. A shift that is closed stays closed, and one on a statement stays as it is.
 */
export async function receiveShifts(tx: EntityManager, upload: Upload): Promise<void> {
  const received = await sql<{ id: string }>(
    tx,
    `insert into shift_operation (id, channel_database) select x.id, $1 from ${rows(tx, packedOperation, '$2')} where x.kind = 'RECORD_SHIFT'
     on conflict (id, channel_database) do nothing returning id`,
    [upload.channelDatabase, upload.package],
  );
  await sql(
    tx,
    `${insertInto(tx, Shift, {
      uuid: `s.payload->>'uuid'`,
      channelDatabase: '$1',
      channel: 's.channel',
      register: `coalesce(s.payload->>'register', '')`,
      state: `coalesce(s.payload->>'state', 'OPEN')`,
      businessDate: `coalesce(s.payload->>'businessDate', '')`,
      currency: `coalesce(s.payload->>'currency', '')`,
      openedBy: `s.payload->>'openedBy'`,
      openedAt: `coalesce(s.payload->>'openedAt', s.created_at)`,
      closedAt: `s.payload->>'closedAt'`,
      tenders: `coalesce(s.payload->'tenders', '[]')`,
      receivedAt: '$2',
    })}
     from (select x.*, row_number() over (partition by x.payload->>'uuid' order by x.counter desc) as place
           from ${rows(tx, packedOperation, '$3')} where x.kind = 'RECORD_SHIFT' and x.payload->>'uuid' is not null and x.id in ${listed(tx, '$4')}) as s
     where s.place = 1 order by s.counter
     on conflict (uuid, channel_database) do update set ${assignments(tx, Shift, ['state', 'closedAt', 'tenders', 'receivedAt'])}
     where shift.statement_id is null and (shift.state <> 'CLOSED' or excluded.state = 'CLOSED')`,
    [upload.channelDatabase, upload.at, upload.package, JSON.stringify(received.map(({ id }) => id))],
  );
}

/** Stamps the closed shifts of these statements' days with them. */
export const markShifts = (tx: EntityManager, statements: readonly number[]) =>
  sql(
    tx,
    `update shift set statement_id = s.id from statement s
     where s.id in ${listed(tx, '$1', 'bigint')} and shift.channel = s.channel and shift.business_date = s.business_date and shift.currency = s.currency
       and shift.state = 'CLOSED' and shift.statement_id is null`,
    [JSON.stringify(statements)],
  );

interface TenderPaid {
  shiftId: number;
  tender: string;
  amount: number;
}

/** What was paid in each of these shifts by transactions that passed their checks, by tender. Those canceled or voided do not count. */
export function paidInShifts(db: EntityManager, ids: readonly number[]): Promise<TenderPaid[]> {
  const { join, field } = unpacked(db, paymentColumns, 'found.payload', 'payments', { list: true });
  return sql<TenderPaid>(
    db,
    // As with the lines of sales orders: found first, then unpacked.
    `with found as materialized (
       select s.id as shift_id, t.payload from shift s ${matching(db, 'retail_transaction', 't', 't.shift_uuid = s.uuid')}
       where s.id in ${listed(db, '$1', 'bigint')} and t.channel_database = s.channel_database and t.status in ('SUCCEEDED', 'POSTED'))
     select found.shift_id as "shiftId", ${field('tender')} as tender, cast(sum(cast(${field('amount')} as bigint)) as bigint) as amount
     from found ${join} group by found.shift_id, ${field('tender')}`,
    [JSON.stringify(ids)],
  );
}

/** The other transactions of these shifts: what they say was paid has to be looked at first. */
export function uncheckedInShifts(
  db: EntityManager,
  ids: readonly number[],
): Promise<{ shiftId: number; payload: { payments?: TransactionPayment[] } }[]> {
  return readShape(
    db,
    { shiftId: 'bigint', payload: 'json' },
    `select s.id as shift_id, t.payload from shift s cross join retail_transaction t
     where s.id in ${listed(db, '$1', 'bigint')} and t.shift_uuid = s.uuid and t.channel_database = s.channel_database
       and t.status not in ('SUCCEEDED', 'POSTED', 'VOIDED', 'CANCELED')`,
    [JSON.stringify(ids)],
  );
}

/** Replaces the counts of these statements, and their totals: what was expected of the tenders that were counted, and what was counted. */
export async function storeTenderCounts(
  tx: EntityManager,
  statements: readonly number[],
  counts: readonly TenderCount[],
): Promise<void> {
  const ids = JSON.stringify(statements);
  await sql(tx, `delete from tender_count where statement_id in ${listed(tx, '$1', 'bigint')}`, [ids]);
  await insertAll(tx, TenderCount, counts);
  await sql(
    tx,
    `update statement set transaction_count = x.shifts, expected = x.expected, counted = x.counted
     from (select s.id, (select count(*) from shift where shift.statement_id = s.id) as shifts,
             coalesce(cast(sum(case when c.counted is not null then c.expected end) as bigint), 0) as expected, coalesce(cast(sum(c.counted) as bigint), 0) as counted
           from statement s left join tender_count c on c.statement_id = s.id where s.id in ${listed(tx, '$1', 'bigint')} group by s.id) as x
     where statement.id = x.id`,
    [ids],
  );
}
