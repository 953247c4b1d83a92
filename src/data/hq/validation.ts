import { Column, Entity, type EntityManager, PrimaryColumn } from 'typeorm';
import { listed, one, sql } from '../sql.ts';

/** The rules that a sale must keep before a statement takes it. */
export const validationRules = [
  'CUSTOMER_ACCOUNT',
  'BUSINESS_DATE',
  'DISCOUNT_AMOUNT',
  'GROSS_AMOUNT',
  'NET_AMOUNT',
  'NET_PLUS_TAX',
  'NUMBER_OF_ITEMS',
  'PAYMENT_AMOUNT',
  'UNDER_OVER_PAYMENT',
  'TRANSACTION_NOT_EMPTY',
  'TAX_INCLUDED_PRICING',
  'LINE_AMOUNT',
  'SIGN_CONTRADICTION',
  'NEGATIVE_PRICE',
  'SHIFT',
  'DUPLICATE_TRANSACTION',
] as const;
export type RuleName = (typeof validationRules)[number];

/** Whether a rule is enabled. Written by operators. */
@Entity('validation_rule')
export class ValidationRule {
  @PrimaryColumn({ type: 'text' }) name!: RuleName;
  @Column({ type: 'boolean' }) enabled!: boolean;
}

/** Every rule and whether it is enabled, in the order in which they are checked. */
export async function ruleRows(db: EntityManager): Promise<ValidationRule[]> {
  const found = await sql<{ name: string; enabled: boolean | number }>(db, 'select name, enabled from validation_rule');
  const disabled = new Set(found.filter(({ enabled }) => !enabled).map(({ name }) => name));
  return validationRules.map((name) => ({ name, enabled: !disabled.has(name) }));
}

/** Switches a rule; answers what it was. */
export async function switchRule(tx: EntityManager, name: RuleName, enabled: boolean): Promise<boolean> {
  const row = await one<{ enabled: boolean | number }>(tx, 'select enabled from validation_rule where name = $1', [
    name,
  ]);
  await sql(
    tx,
    'insert into validation_rule (name, enabled) values ($1, $2) on conflict (name) do update set enabled = excluded.enabled',
    [name, enabled],
  );
  return row ? Boolean(row.enabled) : true;
}

/** Of these shifts those that headquarters has, each as `<channel database> <channel> <uuid>`. */
export async function knownShifts(db: EntityManager, uuids: readonly string[]): Promise<Set<string>> {
  if (uuids.length === 0) return new Set();
  const found = await sql<{ uuid: string; channel: string; channel_database: string }>(
    db,
    `select uuid, channel, channel_database from shift where uuid in ${listed(db, '$1')}`,
    [JSON.stringify([...new Set(uuids)])],
  );
  return new Set(found.map((row) => `${row.channel_database} ${row.channel} ${row.uuid}`));
}

/** Makes sales due for validation again: those that failed it, and those that passed and are in no statement; answers how many. */
export async function revalidate(
  tx: EntityManager,
  which: { channel: string | null } | { sequences: readonly number[] },
  at: string,
): Promise<number> {
  const found = await sql(
    tx,
    `update retail_transaction set status = 'NONE', next_try_at = null, modified_at = $1
     where kind = 'CASH_AND_CARRY' and statement_id is null and (status = 'SUCCEEDED' or status = 'FAILED' and error_code = 'VALIDATION_ERROR')
       and ${'sequences' in which ? `sequence in ${listed(tx, '$2', 'bigint')}` : '(channel = $2 or $2 is null)'} returning sequence`,
    [at, 'sequences' in which ? JSON.stringify(which.sequences) : which.channel],
  );
  return found.length;
}
