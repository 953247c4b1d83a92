import { randomUUID } from 'node:crypto';
import type { TransactionBody, TransactionKind, TransactionLine } from '../../src/data/transaction-facts.ts';
import { lineOf, totalsOf } from '../../src/domain/transaction-rules.ts';
import { appendOperation } from './actions.ts';
import type { Headquarters } from './headquarters.ts';

/** A line of one bicycle for 100.00, unless it is said otherwise. */
export const aLine = (more: Partial<TransactionLine> = {}): TransactionLine =>
  lineOf(
    {
      line: 1,
      sku: 'BK-1',
      name: 'Bicycle',
      quantity: 1_000,
      unitPrice: 10_000,
      discount: 0,
      tax: 0,
      voided: false,
      ...more,
    },
    false,
  );

/** What a channel writes into its log for a transaction: one line of 100.00, paid by card, unless it is said otherwise. */
export function aTransaction(kind: TransactionKind, more: Partial<TransactionBody> = {}): TransactionBody {
  const { lines = [aLine()], charges = [] } = more;
  const { gross } = totalsOf(lines, charges, []);
  const { payments = [{ line: 1, tender: 'CARD' as const, amount: gross }] } = more;
  return {
    kind,
    reference: randomUUID().slice(0, 14).toUpperCase(),
    customerUuid: null,
    deliveryAddressUuid: null,
    businessDate: '2026-11-21',
    currency: 'USD',
    pricesIncludeTax: false,
    shiftUuid: null,
    register: null,
    staff: null,
    lines,
    charges,
    payments,
    ...totalsOf(lines, charges, payments),
    ...more,
  };
}

/** Writes a transaction into a channel's log as other software would: nobody checked it. Answers its UUID. */
export async function appendTransaction(
  hq: Headquarters,
  channel: string,
  payload: object,
  uuid: string = randomUUID(),
): Promise<string> {
  const customer = (payload as Partial<TransactionBody>).customerUuid ?? uuid;
  await appendOperation(hq, channel, { uuid: customer, id: uuid, kind: 'RECORD_TRANSACTION', payload });
  return uuid;
}
