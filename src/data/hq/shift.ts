import { Column, Entity, type EntityManager, PrimaryColumn, PrimaryGeneratedColumn } from 'typeorm';
import { type Listed, rowsWhere, type Where } from '../legacy.ts';
import { listed, matching, one, packed, rows, sql, unpacked } from '../sql.ts';
import {
  paymentColumns,
  type ShiftBody,
  ShiftFacts,
  type ShiftTender,
  type TransactionPayment,
} from '../transaction-rows.ts';

/** A shift as headquarters received it. Written by the P-job; statements stamp it, and an operator can close it. */
@Entity('shift')
export class Shift extends ShiftFacts {
  @PrimaryGeneratedColumn({ type: 'bigint' }) id!: number;
  @Column({ type: 'text' }) uuid!: string;
  @Column({ type: 'text' }) channelDatabase!: string;
  @Column({ type: 'text' }) channel!: string;
  @Column({ type: 'text' }) receivedAt!: string;
  @Column({ type: 'bigint', nullable: true }) statementId!: number | null;
}

/** An operation of a shift that was received. Written by the P-job, which ignores one that a restored channel database sends again. */
@Entity('shift_operation')
export class ShiftOperation {
  @PrimaryColumn({ type: 'text' }) id!: string;
  @PrimaryColumn({ type: 'text' }) channelDatabase!: string;
}

/** What was in a till at the end of a shift against what should have been, of one tender. Written when its statement is calculated. */
@Entity('tender_count')
export class TenderCount {
  @PrimaryColumn({ type: 'bigint' }) statementId!: number;
  @PrimaryColumn({ type: 'bigint' }) shiftId!: number;
  @PrimaryColumn({ type: 'text' }) tender!: string;
  @Column({ type: 'bigint' }) starting!: number;
  @Column({ type: 'bigint' }) expected!: number;
  /** Null: nobody counted it, and there is no difference. */
  @Column({ type: 'bigint', nullable: true }) counted!: number | null;
}

/** A shift as headquarters received it. Its `tenders` are as the channel sent them: other software may have written anything. */
export interface ShiftRow extends ShiftBody {
  id: number;
  uuid: string;
  channel_database: string;
  channel: string;
  received_at: string;
  statement_id: number | null;
}

export const shifts: Listed = {
  name: 'shift',
  key: 'id',
  columns: {
    id: 'bigint',
    uuid: 'text',
    channel_database: 'text',
    channel: 'text',
    register: 'text',
    state: 'text',
    business_date: 'text',
    currency: 'text',
    opened_by: 'text',
    opened_at: 'text',
    closed_at: 'text',
    tenders: 'json',
    received_at: 'text',
    statement_id: 'bigint',
  },
};

export const shiftsWhere = (db: EntityManager, where: Where) => rowsWhere<ShiftRow>(db, shifts, where);

/** Stamps the closed shifts of these statements' days with them. */
export const markShifts = (tx: EntityManager, statements: readonly number[]) =>
  sql(
    tx,
    `update shift set statement_id = s.id from statement s
     where s.id in ${listed(tx, '$1', 'bigint')} and shift.channel = s.channel and shift.business_date = s.business_date and shift.currency = s.currency
       and shift.state = 'CLOSED' and shift.statement_id is null`,
    [JSON.stringify(statements)],
  );

/** Closes a shift with these tenders, unless it is closed already: false then. */
export async function closeReceivedShift(
  tx: EntityManager,
  id: number,
  tenders: readonly ShiftTender[],
  at: string,
): Promise<boolean> {
  const closed = await one(
    tx,
    `update shift set state = 'CLOSED', closed_at = $1, tenders = $2 where id = $3 and state <> 'CLOSED' and statement_id is null returning id`,
    [at, JSON.stringify(tenders), id],
  );
  return closed !== undefined;
}

export interface TenderPaid {
  shift_id: number;
  tender: string;
  amount: number;
}

/** What was paid in each of these shifts by transactions that were found to be sound, by tender. Those cancelled or voided do not count. */
export async function paidInShifts(db: EntityManager, ids: readonly number[]): Promise<TenderPaid[]> {
  const { join, field } = unpacked(db, paymentColumns, 'found.payload', 'payments', { list: true });
  const found = await sql<TenderPaid>(
    db,
    // As with the lines of sales orders: found first, then unpacked.
    `with found as materialized (
       select s.id as shift_id, t.payload from shift s ${matching(db, 'retail_transaction', 't', 't.shift_uuid = s.uuid')}
       where s.id in ${listed(db, '$1', 'bigint')} and t.channel_database = s.channel_database and t.status in ('SUCCEEDED', 'POSTED'))
     select found.shift_id, ${field('tender')} as tender, cast(sum(cast(${field('amount')} as bigint)) as bigint) as amount
     from found ${join} group by found.shift_id, ${field('tender')}`,
    [JSON.stringify(ids)],
  );
  return found.map((row) => ({ ...row, shift_id: Number(row.shift_id), amount: Number(row.amount) }));
}

/** The other transactions of these shifts: what they say was paid has to be looked at first. */
export async function uncheckedInShifts(
  db: EntityManager,
  ids: readonly number[],
): Promise<{ shift_id: number; payload: { payments?: TransactionPayment[] } }[]> {
  const row = await one<{ found: string }>(
    db,
    `select ${packed(db, { shift_id: 'bigint', payload: 'json' })} as found from (
       select s.id as shift_id, t.payload from shift s cross join retail_transaction t
       where s.id in ${listed(db, '$1', 'bigint')} and t.shift_uuid = s.uuid and t.channel_database = s.channel_database
         and t.status not in ('SUCCEEDED', 'POSTED', 'VOIDED', 'CANCELLED')) as x`,
    [JSON.stringify(ids)],
  );
  return JSON.parse(row!.found);
}

/** What was in a till at the end of a shift against what should have been, of one tender. */
export interface TenderCountRow {
  statement_id: number;
  shift_id: number;
  tender: string;
  starting: number;
  expected: number;
  /** Null: nobody counted it, and there is no difference. */
  counted: number | null;
}

const countColumns = {
  statement_id: 'bigint',
  shift_id: 'bigint',
  tender: 'text',
  starting: 'bigint',
  expected: 'bigint',
  counted: 'bigint',
} as const;

/** Replaces the counts of these statements, and their totals: what was expected of the tenders that were counted, and what was counted. */
export async function storeTenderCounts(
  tx: EntityManager,
  statements: readonly number[],
  counts: readonly TenderCountRow[],
): Promise<void> {
  const ids = JSON.stringify(statements);
  await sql(tx, `delete from tender_count where statement_id in ${listed(tx, '$1', 'bigint')}`, [ids]);
  const names = Object.keys(countColumns);
  await sql(
    tx,
    `insert into tender_count (${names.join(', ')}) select ${names.map((name) => `x.${name}`).join(', ')} from ${rows(tx, countColumns, '$1')}`,
    [JSON.stringify(counts)],
  );
  await sql(
    tx,
    `update statement set transaction_count = x.shifts, gross = x.expected, paid = x.counted
     from (select s.id, (select count(*) from shift where shift.statement_id = s.id) as shifts,
             coalesce(cast(sum(case when c.counted is not null then c.expected end) as bigint), 0) as expected, coalesce(cast(sum(c.counted) as bigint), 0) as counted
           from statement s left join tender_count c on c.statement_id = s.id where s.id in ${listed(tx, '$1', 'bigint')} group by s.id) as x
     where statement.id = x.id`,
    [ids],
  );
}
