import { Column, Entity, type EntityManager, In, PrimaryColumn } from 'typeorm';

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

const defaults: Omit<StatementSettings, 'channel'> = {
  defaultCustomerUuid: null,
  maximumPaymentDifference: 0,
  maximumCountingDifference: null,
  aggregationLineLimit: 1_000,
  aggregateReturns: true,
  holdCode: 'ORDER_SYNC',
};

/** The settings of these channels by code; the defaults where they were never changed. */
export async function settingsOf(
  db: EntityManager,
  channels: readonly string[],
): Promise<Map<string, StatementSettings>> {
  const stored = await db.findBy(StatementSettings, { channel: In(channels) });
  return new Map(
    channels.map((channel) => [channel, { channel, ...defaults, ...stored.find((row) => row.channel === channel) }]),
  );
}

export const storeSettings = (tx: EntityManager, settings: StatementSettings) =>
  tx.upsert(StatementSettings, settings, ['channel']);
