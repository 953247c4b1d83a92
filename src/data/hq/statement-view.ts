import type { EntityManager } from 'typeorm';
import { firstOfEach } from '../legacy.ts';
import { listed, sql } from '../sql.ts';
import { type InvoiceRow, invoices } from './journal.ts';
import type { TenderCountRow } from './shift.ts';

/** When each of these statements reached its states; a state that was reached again counts from the last time. */
export const statesReached = (db: EntityManager, statements: readonly number[]) =>
  sql<{ statement_id: number; state: string; at: string }>(
    db,
    `select statement_id, state, max(at) as at from statement_event
     where statement_id in ${listed(db, '$1', 'bigint')} and event = state group by statement_id, state`,
    [JSON.stringify(statements)],
  );

/** A count, with the shift that it is of. */
export interface ShiftCountRow extends TenderCountRow {
  channel: string;
  shift_uuid: string;
  register: string;
}

export const shiftCountsOf = (db: EntityManager, statements: readonly number[]) =>
  sql<ShiftCountRow>(
    db,
    `select t.statement_id, t.shift_id, s.channel, s.uuid as shift_uuid, s.register, t.tender, t.starting, t.expected, t.counted
     from tender_count t join shift s on s.id = t.shift_id where t.statement_id in ${listed(db, '$1', 'bigint')}
     order by t.statement_id, t.shift_id, t.tender`,
    [JSON.stringify(statements)],
  );

/** The newest invoices of each of these customers. */
export const newestInvoices = (
  db: EntityManager,
  customers: readonly string[],
  limit: number,
  channel: string | undefined,
) => firstOfEach<InvoiceRow>(db, invoices, 'customer_uuid', customers, limit, true, { channel });
