import { Column, Entity, type EntityManager, PrimaryColumn } from 'typeorm';
import { listed, sql } from '../sql.ts';

/** How the sales of a channel are checked and posted. Written by operators; absent while everything is at its default. */
@Entity('statement_settings')
export class StatementSettings {
  @PrimaryColumn({ type: 'text' }) channel!: string;
  /** The customer of sales that name none; null: those are posted without an account. */
  @Column({ type: 'text', nullable: true }) defaultCustomerUuid!: string | null;
  /** How far what was paid may be from what was due, in minor units of the channel's currency. */
  @Column({ type: 'bigint' }) maximumPaymentDifference!: number;
  /** How far what was counted in the shifts of a day may be from what was expected, all tenders together; null: any difference is posted. */
  @Column({ type: 'bigint', nullable: true }) maximumCountingDifference!: number | null;
  /** Lines of sales that are gathered in one sales order at most; a sale with more has one of its own. */
  @Column({ type: 'integer' }) aggregationLineLimit!: number;
  /** Whether the returns of a customer share a sales order, which is never one of sales; false: each has one of its own. */
  @Column({ type: 'boolean' }) aggregateReturns!: boolean;
  /** Put on the sales order of an order that was edited, when it is to be held. */
  @Column({ type: 'text' }) holdCode!: string;
}

/** How the sales of a channel are checked and posted. Amounts are minor units of the channel's currency. */
export interface StatementSettingsRow {
  channel: string;
  /** The customer of sales that name none; null: those are posted without an account. */
  default_customer_uuid: string | null;
  /** How far what was paid may be from what was due. */
  maximum_payment_difference: number;
  /** How far what was counted in the shifts of a day may be from what was expected, all tenders together; null: any difference is posted. */
  maximum_counting_difference: number | null;
  /** Lines of sales that are gathered in one sales order at most; a sale with more has one of its own. */
  aggregation_line_limit: number;
  /** Whether the returns of a customer share a sales order, which is never one of sales; false: each has one of its own. */
  aggregate_returns: boolean;
  /** Put on the sales order of an order that was edited, when it is to be held. */
  hold_code: string;
}

export const defaultStatementSettings = {
  default_customer_uuid: null,
  maximum_payment_difference: 0,
  maximum_counting_difference: null,
  aggregation_line_limit: 1_000,
  aggregate_returns: true,
  hold_code: 'ORDER_SYNC',
} as const satisfies Omit<StatementSettingsRow, 'channel'>;

const columns = ['channel', ...Object.keys(defaultStatementSettings)];

/** The settings of these channels, by code; those that were never changed are the defaults. */
export async function settingsOf(
  db: EntityManager,
  channels: readonly string[],
): Promise<Map<string, StatementSettingsRow>> {
  const found = await sql<StatementSettingsRow>(
    db,
    `select ${columns.join(', ')} from statement_settings where channel in ${listed(db, '$1')}`,
    [JSON.stringify(channels)],
  );
  const stored = new Map(
    found.map((row) => [row.channel, { ...row, aggregate_returns: Boolean(row.aggregate_returns) }]),
  );
  return new Map(channels.map((channel) => [channel, stored.get(channel) ?? { channel, ...defaultStatementSettings }]));
}

export const storeSettings = (tx: EntityManager, settings: StatementSettingsRow) =>
  sql(
    tx,
    `insert into statement_settings (${columns.join(', ')}) values (${columns.map((_, index) => `$${index + 1}`).join(', ')})
     on conflict (channel) do update set ${columns
       .slice(1)
       .map((name) => `${name} = excluded.${name}`)
       .join(', ')}`,
    columns.map((name) => settings[name as keyof StatementSettingsRow]),
  );
