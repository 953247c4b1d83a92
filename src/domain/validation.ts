import type { StatementSettings } from '../data/hq/statement-settings.ts';
import type { DueTransaction } from '../data/hq/transaction.ts';
import type { ValidationRule } from '../data/hq/validation.ts';
import type { TransactionBody, TransactionTotals } from '../data/transaction-rows.ts';
import { businessDays, dayIn } from './business-day.ts';
import { decimalOf, timesQuantity } from './money.ts';
import { totalsOf } from './transaction-rules.ts';

/** What the rules need to know beyond the sale itself. */
export interface Facts {
  channel: { timeZone: string };
  settings: Pick<StatementSettings, 'maximum_payment_difference'>;
  /** Whether the customer that the sale names has an account. */
  hasAccount: boolean;
  /** Whether the shift that the sale names is known, and of its channel. */
  knowsShift: boolean;
}

export interface Violation {
  rule: ValidationRule;
  message: string;
}

interface Checked extends Facts {
  sale: DueTransaction;
  body: TransactionBody;
  totals: TransactionTotals;
}

/** Each rule says what is wrong with a sale of sound shape, or nothing. Lines that were voided at the till count nowhere. */
const rules: Record<ValidationRule, (checked: Checked) => string | false> = {
  CUSTOMER_ACCOUNT: ({ body, hasAccount }) =>
    (body.customer_uuid !== null && !hasAccount && 'The customer has no account.') ||
    (body.customer_uuid === null &&
      body.delivery_address_uuid !== null &&
      'A delivery address is named, and no customer.'),
  BUSINESS_DATE: ({ body, sale, channel }) => {
    const received = dayIn(channel.timeZone, sale.received_at);
    const { earliest, latest } = businessDays(received);
    return (
      (body.business_date > latest &&
        `The business date ${body.business_date} is after ${received}, the day it was received.`) ||
      (body.business_date < earliest && `The business date ${body.business_date} is before ${earliest}.`)
    );
  },
  DISCOUNT_AMOUNT: ({ body, totals }) => differs('The discount', body, body.discount, totals.discount, 'of the lines'),
  GROSS_AMOUNT: ({ body, totals }) => {
    const lines = sold(body).reduce((sum, { gross }) => sum + gross, 0);
    const charges = body.charges.reduce((sum, { amount, tax }) => sum + amount + tax, 0);
    return (
      differs('The gross amount', body, body.gross, lines + charges, 'of lines and charges') ||
      differs('The charge amount', body, body.charge, totals.charge, 'of the charges')
    );
  },
  NET_AMOUNT: ({ body, totals }) => differs('The net amount', body, body.net, totals.net, 'of the lines'),
  NET_PLUS_TAX: ({ body, totals }) =>
    differs('The gross amount', body, body.gross, body.net + body.tax + body.charge, 'of net, tax and charges') ||
    differs('The tax', body, body.tax, totals.tax, 'of lines and charges'),
  NUMBER_OF_ITEMS: ({ body, totals }) =>
    body.quantity !== totals.quantity && 'The quantity is not the sum of the lines.',
  PAYMENT_AMOUNT: ({ body, totals }) => differs('The amount paid', body, body.paid, totals.paid, 'of the payments'),
  UNDER_OVER_PAYMENT: ({ body, settings }) =>
    Math.abs(body.gross - body.paid) > settings.maximum_payment_difference &&
    `${decimalOf(body.paid, body.currency)} was paid and ${decimalOf(body.gross, body.currency)} was due.`,
  TRANSACTION_NOT_EMPTY: ({ body }) => sold(body).length === 0 && 'There is no line that is not voided.',
  TAX_INCLUDED_PRICING: ({ body }) =>
    inLine(body, ({ net, tax, gross }) => gross !== net + tax, 'gross is not net and tax'),
  LINE_AMOUNT: ({ body }) =>
    inLine(
      body,
      ({ net, gross, unit_price: price, quantity, discount }) =>
        (body.prices_include_tax ? gross : net) !== timesQuantity(price, quantity) - discount,
      'the amount is not price times quantity less discount',
    ),
  SIGN_CONTRADICTION: ({ body }) =>
    inLine(
      body,
      ({ quantity, net, gross, discount, tax }) =>
        quantity === 0 || [net, gross, discount, tax].some((value) => value !== 0 && value < 0 !== quantity < 0),
      'quantity and amounts differ in sign',
    ),
  NEGATIVE_PRICE: ({ body }) => inLine(body, ({ unit_price: price }) => price < 0, 'the price is negative'),
  SHIFT: ({ body, knowsShift }) =>
    body.shift_uuid !== null && !knowsShift && 'Headquarters knows no such shift of this channel.',
  DUPLICATE_TRANSACTION: ({ sale }) =>
    sale.duplicate && 'Another channel database sent a transaction with this UUID before.',
};

/** What is wrong with a sale whose shape is sound, by the rules that are enabled. */
export function violationsOf(sale: DueTransaction, facts: Facts, enabled: readonly ValidationRule[]): Violation[] {
  const { payload: body } = sale;
  const checked = { ...facts, sale, body, totals: totalsOf(body.lines, body.charges, body.payments) };
  return enabled.flatMap((rule) => {
    const message = rules[rule](checked);
    return message ? [{ rule, message }] : [];
  });
}

const sold = ({ lines }: TransactionBody) => lines.filter(({ voided }) => !voided);

const differs = (what: string, { currency }: TransactionBody, said: number, sum: number, of: string): string | false =>
  said !== sum && `${what} is ${decimalOf(said, currency)}, the sum ${of} is ${decimalOf(sum, currency)}.`;

function inLine(
  body: TransactionBody,
  wrong: (line: TransactionBody['lines'][number]) => boolean,
  what: string,
): string | false {
  const found = sold(body).find(wrong);
  return found !== undefined && `Line ${found.line}: ${what}.`;
}
