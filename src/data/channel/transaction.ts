import { Column, Entity, type EntityManager, PrimaryGeneratedColumn } from 'typeorm';
import type { KeysetPage } from '../keyset-page.ts';
import { firstOfEach, keysetPage, type Listed, rowsWhere } from '../legacy.ts';
import { listed, rows, sql, unpacked } from '../sql.ts';
import { paymentColumns, type Tender, type TransactionBody, type TransactionKind } from '../transaction-rows.ts';

/** A sale or an order as its channel database has it. Written by the register or shop that recorded it, or by a cancellation. */
@Entity('retail_transaction')
export class ChannelTransaction {
  /** Place in the order of this database; the cursor. */
  @PrimaryGeneratedColumn({ type: 'bigint' }) id!: number;
  @Column({ type: 'text' }) uuid!: string;
  @Column({ type: 'text' }) channel!: string;
  @Column({ type: 'text' }) kind!: TransactionKind;
  /** The confirmation number, unique within the channel. */
  @Column({ type: 'text' }) reference!: string;
  @Column({ type: 'text', nullable: true }) customerUuid!: string | null;
  @Column({ type: 'text' }) businessDate!: string;
  @Column({ type: 'text' }) currency!: string;
  @Column({ type: 'bigint' }) gross!: number;
  @Column({ type: 'text', nullable: true }) shiftUuid!: string | null;
  @Column({ type: 'simple-json' }) body!: TransactionBody;
  /** Tells whether a repeat is the same transaction. */
  @Column({ type: 'text' }) bodyHash!: string;
  /** Replication counter of the operation that recorded it. */
  @Column({ type: 'bigint' }) counter!: number;
  @Column({ type: 'text' }) createdAt!: string;
  @Column({ type: 'text', nullable: true }) cancelledAt!: string | null;
}

/** A transaction as it is shown, whichever database it was read from. */
export interface TransactionRow {
  /** Place in the order of its database; the cursor. */
  id: number;
  uuid: string;
  channel: string;
  body: TransactionBody;
  created_at: string;
  cancelled_at: string | null;
}

/** A transaction as its channel database has it. */
export interface ChannelTransactionRow extends TransactionRow {
  /** Replication counter of the operation that recorded it. */
  counter: number;
}

const columns = {
  uuid: 'text',
  channel: 'text',
  kind: 'text',
  reference: 'text',
  customer_uuid: 'text',
  business_date: 'text',
  currency: 'text',
  gross: 'bigint',
  shift_uuid: 'text',
  body: 'json',
  body_hash: 'text',
  counter: 'bigint',
  created_at: 'text',
} as const;

export interface NewTransaction extends Omit<ChannelTransactionRow, 'id' | 'cancelled_at'> {
  body_hash: string;
}

export const insertTransactions = (tx: EntityManager, transactions: readonly NewTransaction[]) => {
  const names = Object.keys(columns).join(', ');
  return sql(tx, `insert into retail_transaction (${names}) select ${names} from ${rows(tx, columns, '$1')}`, [
    JSON.stringify(
      transactions.map(({ body, ...transaction }) => ({
        ...transaction,
        kind: body.kind,
        reference: body.reference,
        customer_uuid: body.customer_uuid,
        business_date: body.business_date,
        currency: body.currency,
        gross: body.gross,
        shift_uuid: body.shift_uuid,
        body,
      })),
    ),
  ]);
};

/** Of these transactions those that are in the database, with what tells whether a repeat is the same. */
export const knownTransactions = (tx: EntityManager, uuids: readonly string[]) =>
  sql<{ uuid: string; channel: string; body_hash: string }>(
    tx,
    `select uuid, channel, body_hash from retail_transaction where uuid in ${listed(tx, '$1')}`,
    [JSON.stringify(uuids)],
  );

const transactions: Listed = {
  name: 'retail_transaction',
  key: 'id',
  columns: {
    id: 'bigint',
    uuid: 'text',
    channel: 'text',
    body: 'json',
    counter: 'bigint',
    created_at: 'text',
    cancelled_at: 'text',
  },
};

export interface ChannelTransactionFilter {
  channel: string;
  kind?: readonly TransactionKind[] | undefined;
  customer_uuid?: string | undefined;
  business_date?: string | undefined;
  shift_uuid?: string | undefined;
}

export const channelTransactionPage = (db: EntityManager, filter: ChannelTransactionFilter, page: KeysetPage) =>
  keysetPage<ChannelTransactionRow>(db, transactions, { ...filter }, page);

export const channelTransactionsByUuid = (db: EntityManager, uuids: readonly string[]) =>
  rowsWhere<ChannelTransactionRow>(db, transactions, { uuid: uuids });

export async function channelTransactionByReference(
  db: EntityManager,
  channel: string,
  reference: string,
): Promise<ChannelTransactionRow | undefined> {
  return (await rowsWhere<ChannelTransactionRow>(db, transactions, { channel, reference }))[0];
}

/** The newest transactions of each of these customers. */
export const newestOfCustomers = (db: EntityManager, customers: readonly string[], limit: number) =>
  firstOfEach<ChannelTransactionRow>(db, transactions, 'customer_uuid', customers, limit, true);

export const markCancelled = (tx: EntityManager, uuid: string, at: string) =>
  sql(tx, 'update retail_transaction set cancelled_at = $1 where uuid = $2', [at, uuid]);

/** What was paid with in a shift. */
export async function tendersPaidWith(db: EntityManager, shift: string): Promise<Tender[]> {
  const { join, field } = unpacked(db, paymentColumns, 'body', 'payments', { list: true });
  const found = await sql<{ tender: Tender }>(
    db,
    `select distinct ${field('tender')} as tender from retail_transaction ${join} where shift_uuid = $1`,
    [shift],
  );
  return found.map(({ tender }) => tender);
}
