import { Column, Entity, type EntityManager, PrimaryGeneratedColumn } from 'typeorm';
import {
  anyOf,
  countWhere,
  firstOfEach,
  type KeysetPage,
  keysetPage,
  type Plan,
  rowsWhere,
  type Where,
} from '../keyset-page.ts';
import { type Family, ofFamily, type TransactionBody, type TransactionKind } from '../transaction-facts.ts';

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
  @Column({ type: 'json' }) body!: TransactionBody;
  /** Tells whether a repeat is the same transaction. */
  @Column({ type: 'text' }) bodyHash!: string;
  /** Replication counter of the operation that recorded it. */
  @Column({ type: 'bigint' }) counter!: number;
  @Column({ type: 'text' }) createdAt!: string;
  @Column({ type: 'text', nullable: true }) canceledAt!: string | null;
}

/** What is read of a transaction: the other columns repeat what its body says. */
const fields = ['id', 'uuid', 'channel', 'body', 'counter', 'createdAt', 'canceledAt'] as const;
export type RecordedTransaction = Pick<ChannelTransaction, (typeof fields)[number]>;

/** A transaction as it is shown, whichever database it was read from. */
export type TransactionRow = Omit<RecordedTransaction, 'counter'>;

export type ChannelTransactionFilter = Where<ChannelTransaction> & { channel: string };

/** What is listed besides what the columns say: orders or sales alone, and those that are canceled or not uploaded yet. */
interface Selected {
  family?: Family | undefined;
  canceled?: boolean | undefined;
  /** Those that the log has after this replication counter. */
  pendingAfter?: number | undefined;
}

/** A page of a channel. By when they were recorded, orders and sales have an index each. */
export const channelTransactionPage = (
  db: EntityManager,
  filter: ChannelTransactionFilter,
  page: KeysetPage,
  selected: Selected = {},
) => keysetPage(db, ChannelTransaction, 'id', filter, page, { fields, ...(page.sort && planOf(filter, selected)) });

export const countChannelTransactions = (db: EntityManager, filter: ChannelTransactionFilter, selected: Selected) =>
  countWhere(db, ChannelTransaction, filter, planOf(filter, selected));

function planOf(
  { customerUuid, shiftUuid }: ChannelTransactionFilter,
  { family, canceled, pendingAfter }: Selected,
): Plan<ChannelTransaction> {
  const states = [
    ...(canceled ? ['canceled_at is not null'] : []),
    ...(pendingAfter === undefined
      ? []
      : [
          `canceled_at is null and uuid in (select id from operation where counter > ${pendingAfter} and kind = 'RECORD_TRANSACTION')`,
        ]),
  ];
  const state = states.length > 0 ? [anyOf(states, 'retail_transaction', 'id')] : [];
  const few = customerUuid ? { where: { customerUuid } } : shiftUuid ? { where: { shiftUuid } } : undefined;
  return {
    conditions: [...(family ? [ofFamily(family)] : []), ...(few ? state : [])],
    parts: family ? [] : [ofFamily('orders'), ofFamily('sales')],
    few: few ?? (state.length > 0 ? { conditions: state } : undefined),
  };
}

export const channelTransactionsByUuid = (db: EntityManager, uuids: readonly string[]) =>
  rowsWhere(db, ChannelTransaction, 'id', { uuid: uuids }, { fields });

/** Identifies a transaction by its UUID or its confirmation number. */
export type TransactionKey = { uuid: string } | { reference: string };

/** A transaction of this channel; undefined if its database has none. */
export async function channelTransaction(
  db: EntityManager,
  channel: string,
  key: TransactionKey,
): Promise<RecordedTransaction | undefined> {
  return (await rowsWhere(db, ChannelTransaction, 'id', { channel, ...key }, { fields }))[0];
}

/** The newest transactions of each of these customers. */
export const newestOfCustomers = (db: EntityManager, customers: readonly string[], limit: number) =>
  firstOfEach(db, ChannelTransaction, 'id', 'customerUuid', customers, { limit, descending: true }, { fields });

/** The transactions among these that are in the database, with what tells whether a repeat is the same. */
export const knownTransactions = (tx: EntityManager, uuids: readonly string[]) =>
  rowsWhere(tx, ChannelTransaction, 'id', { uuid: uuids }, { fields: ['uuid', 'channel', 'bodyHash'] });

export const markCanceled = (tx: EntityManager, uuid: string, at: string) =>
  tx.update(ChannelTransaction, { uuid }, { canceledAt: at });
