import type { EntityManager } from 'typeorm';
import { type StatementSettings, settingsOf } from '../data/hq/statement-settings.ts';
import { type DueTransaction, type Setback, setBack, storeTotals, succeed } from '../data/hq/transaction.bulk.ts';
import { knownShifts } from '../data/hq/validation.bulk.ts';
import { type RuleName, ruleRows } from '../data/hq/validation.ts';
import type { TransactionBody, TransactionTotals } from '../data/transaction-facts.ts';
import { businessDays, dayIn } from './business-day.ts';
import { decimalOf, timesQuantity } from './money.ts';
import { resolveReferences } from './references.ts';
import { shapeViolations, totalsOf } from './transaction-rules.ts';
import { textOf } from './violations.ts';

/** A sale and the rule that its shape breaks, if any. */
export interface CheckedSale extends DueTransaction {
  invalid: string | undefined;
}

/** Checks the shape of sales before the transaction that validates them. */
export const checkedSales = (sales: DueTransaction[]): CheckedSale[] =>
  sales.map((sale) => Object.assign(sale, { invalid: textOf(shapeViolations(sale.payload)) }));

/**
 * Validates sales of a channel in the caller's transaction, after synchronizing their customers and addresses. Each sale passes or is set aside,
 * either waiting for its customer or failed with all the rules that it breaks.
 */
export async function validateSales(
  tx: EntityManager,
  channel: { code: string; timeZone: string },
  sales: readonly CheckedSale[],
  now: string,
): Promise<{ done: number; failed: number; waiting: number }> {
  const setbacks: Setback[] = sales.flatMap(({ sequence, invalid }) =>
    invalid === undefined ? [] : [{ sequence, status: 'FAILED', errorCode: 'INVALID_INPUT', error: invalid }],
  );
  const shaped = sales.filter(({ invalid }) => invalid === undefined);
  const obstacles = await resolveReferences(tx, shaped, now);
  setbacks.push(...obstacles.values());
  const ready = shaped.filter(({ sequence }) => !obstacles.has(sequence));
  const violations = await violationsIn(tx, channel, ready);
  for (const [sequence, found] of violations)
    setbacks.push({
      sequence,
      status: 'FAILED',
      errorCode: 'VALIDATION_ERROR',
      error: found[0]!.message,
      validationErrors: found,
    });
  const passed = ready.filter(({ sequence }) => !violations.has(sequence));
  if (setbacks.length > 0) await setBack(tx, setbacks, now);
  if (passed.length > 0)
    await succeed(
      tx,
      passed.map(({ sequence }) => sequence),
      now,
    );
  const different = passed.flatMap(totalsOfParts);
  if (different.length > 0) await storeTotals(tx, different);
  const failed = setbacks.filter(({ status }) => status === 'FAILED').length;
  return { done: passed.length, failed, waiting: setbacks.length - failed };
}

/** If rules are disabled, the totals of a sale may differ from its parts. The books use the parts, so that they balance. */
function totalsOfParts({ sequence, payload }: DueTransaction) {
  const totals = totalsOf(payload.lines, payload.charges, payload.payments);
  const same = (Object.keys(totals) as (keyof typeof totals)[]).every((name) => totals[name] === payload[name]);
  return same ? [] : [{ sequence, ...totals }];
}

/** The violations of these sales, by sequence. */
async function violationsIn(
  tx: EntityManager,
  channel: { code: string; timeZone: string },
  sales: readonly DueTransaction[],
): Promise<Map<number, Violation[]>> {
  const violations = new Map<number, Violation[]>();
  if (sales.length === 0) return violations;
  const enabled = (await ruleRows(tx)).filter((rule) => rule.enabled).map(({ name }) => name);
  const settings = (await settingsOf(tx, [channel.code])).get(channel.code)!;
  const shifts = await knownShifts(
    tx,
    sales.flatMap(({ shiftUuid: uuid }) => uuid ?? []),
  );
  for (const sale of sales) {
    const facts = {
      channel,
      settings,
      knowsShift: shifts.has(`${sale.channelDatabase} ${sale.channel} ${sale.shiftUuid}`),
    };
    const found = violationsOf(sale, facts, enabled);
    if (found.length > 0) violations.set(sale.sequence, found);
  }
  return violations;
}

/** What the rules need to know besides the sale. */
interface Facts {
  channel: { timeZone: string };
  settings: Pick<StatementSettings, 'maximumPaymentDifference'>;
  /** Whether headquarters knows the shift of the sale, in the same channel. */
  knowsShift: boolean;
}

interface Violation {
  rule: RuleName;
  message: string;
}

interface Checked extends Facts {
  sale: DueTransaction;
  body: TransactionBody;
  totals: TransactionTotals;
}

/** Each rule returns what is wrong with a sale of valid shape, or false. Lines voided at the till do not count. */
const rules: Record<RuleName, (checked: Checked) => string | false> = {
  // A sale whose customer has no account ID waits and does not get here.
  CUSTOMER_ACCOUNT: ({ body }) =>
    body.customerUuid === null && body.deliveryAddressUuid !== null && 'There is a delivery address but no customer.',
  BUSINESS_DATE: ({ body, sale, channel }) => {
    const received = dayIn(channel.timeZone, sale.receivedAt);
    const { earliest, latest } = businessDays(received);
    return (
      (body.businessDate > latest &&
        `The business date ${body.businessDate} is after ${received}, when headquarters received the sale.`) ||
      (body.businessDate < earliest && `The business date ${body.businessDate} is before ${earliest}.`)
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
    differs('The gross amount', body, body.gross, body.net + body.tax + body.charge, 'of net, tax, and charges') ||
    differs('The tax', body, body.tax, totals.tax, 'of lines and charges'),
  NUMBER_OF_ITEMS: ({ body, totals }) =>
    body.quantity !== totals.quantity && 'The quantity is not the total of the lines.',
  PAYMENT_AMOUNT: ({ body, totals }) => differs('The amount paid', body, body.paid, totals.paid, 'of the payments'),
  UNDER_OVER_PAYMENT: ({ body, settings }) =>
    Math.abs(body.gross - body.paid) > settings.maximumPaymentDifference &&
    `${decimalOf(body.paid, body.currency)} was paid and ${decimalOf(body.gross, body.currency)} was due.`,
  TRANSACTION_NOT_EMPTY: ({ body }) => sold(body).length === 0 && 'The sale has no lines, or all of them are voided.',
  TAX_INCLUDED_PRICING: ({ body }) =>
    inLine(body, ({ net, tax, gross }) => gross !== net + tax, 'the gross amount is not net + tax'),
  LINE_AMOUNT: ({ body }) =>
    inLine(
      body,
      ({ net, gross, unitPrice: price, quantity, discount }) =>
        (body.pricesIncludeTax ? gross : net) !== timesQuantity(price, quantity) - discount,
      'the amount is not price × quantity − discount',
    ),
  SIGN_CONTRADICTION: ({ body }) =>
    inLine(
      body,
      ({ quantity, net, gross, discount, tax }) =>
        quantity === 0 || [net, gross, discount, tax].some((value) => value !== 0 && value < 0 !== quantity < 0),
      'the quantity and the amounts differ in sign',
    ),
  NEGATIVE_PRICE: ({ body }) => inLine(body, ({ unitPrice: price }) => price < 0, 'the price is negative'),
  SHIFT: ({ body, knowsShift }) =>
    body.shiftUuid !== null && !knowsShift && 'Headquarters does not know this shift of the channel.',
  DUPLICATE_TRANSACTION: ({ sale }) =>
    sale.duplicate && 'Another channel database already sent a transaction with this UUID.',
};

/** The enabled rules that a sale of valid shape breaks. */
function violationsOf(sale: DueTransaction, facts: Facts, enabled: readonly RuleName[]): Violation[] {
  const { payload: body } = sale;
  const checked = { ...facts, sale, body, totals: totalsOf(body.lines, body.charges, body.payments) };
  return enabled.flatMap((rule) => {
    const message = rules[rule](checked);
    return message ? [{ rule, message }] : [];
  });
}

const sold = ({ lines }: TransactionBody) => lines.filter(({ voided }) => !voided);

const differs = (
  what: string,
  { currency }: TransactionBody,
  stated: number,
  total: number,
  parts: string,
): string | false =>
  stated !== total &&
  `${what} is ${decimalOf(stated, currency)}, but the total ${parts} is ${decimalOf(total, currency)}.`;

function inLine(
  body: TransactionBody,
  wrong: (line: TransactionBody['lines'][number]) => boolean,
  what: string,
): string | false {
  const found = sold(body).find(wrong);
  return found !== undefined && `Line ${found.line}: ${what}.`;
}
