import type {
  TransactionCharge as Charge,
  TransactionLine as Line,
  TransactionPayment as Payment,
} from '../../data/transaction-facts.ts';
import { builder } from '../builder.ts';
import { amount } from '../money.ts';
import { Tender } from '../till/shift.ts';
import { lineFields } from './lines.ts';

/** The lines, charges, and payments of orders and sales. */

type InCurrency<Row> = Row & { currency: string };

export const TransactionLine = builder.objectRef<InCurrency<Line>>('TransactionLine').implement({
  description: 'A product that was sold or returned.',
  fields: (t) => ({
    ...lineFields(t),
    voided: t.exposeBoolean('voided', {
      description: 'Whether the line was voided at the till. It is kept but not counted.',
    }),
  }),
});

export const TransactionCharge = builder.objectRef<InCurrency<Charge>>('TransactionCharge').implement({
  description: 'A charge in addition to the products, such as freight.',
  fields: (t) => ({
    line: t.exposeInt('line', { description: 'The line number: 1, 2, 3 …' }),
    code: t.exposeString('code', { description: 'The kind of charge, such as `FREIGHT`.' }),
    amount: amount(t, 'amount', 'The amount of the charge, excluding tax.'),
    tax: amount(t, 'tax', 'The tax on the charge.'),
  }),
});

export const TransactionPayment = builder.objectRef<InCurrency<Payment>>('TransactionPayment').implement({
  description: 'A payment, or money paid back.',
  fields: (t) => ({
    line: t.exposeInt('line', { description: 'The line number: 1, 2, 3 …' }),
    tender: t.expose('tender', { type: Tender, description: 'The means of payment.' }),
    amount: amount(t, 'amount', 'The amount; negative if paid back, as change or for a return.'),
  }),
});

export const inCurrency = <Row>(all: readonly Row[], currency: string): InCurrency<Row>[] =>
  all.map((row) => ({ ...row, currency }));
