import { Column, Entity, type EntityManager, PrimaryColumn } from 'typeorm';

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

/** Every rule, in the order in which they are checked. A rule that was never switched is enabled. */
export async function ruleRows(db: EntityManager): Promise<ValidationRule[]> {
  const disabled = await db.findBy(ValidationRule, { enabled: false });
  return validationRules.map((name) => ({ name, enabled: !disabled.some((rule) => rule.name === name) }));
}

/** Enables or disables a rule, and returns whether it was enabled before. */
export async function switchRule(tx: EntityManager, name: RuleName, enabled: boolean): Promise<boolean> {
  const before = await tx.findOneBy(ValidationRule, { name });
  await tx.upsert(ValidationRule, { name, enabled }, ['name']);
  return before?.enabled ?? true;
}
