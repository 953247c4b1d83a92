import { GraphQLScalarType, Kind } from 'graphql';
import type { TransactionTotals } from '../data/transaction-rows.ts';
import { decimalOf, quantityOf } from '../domain/money.ts';
import { builder } from './builder.ts';
import { invalid } from './scalars.ts';
import type { Types } from './vocabulary.ts';

function decimal(text: string): string {
  if (!/^-?\d{1,15}(\.\d{1,9})?$/.test(text))
    throw invalid('A decimal number is written as "699.10": at most 15 digits before and 9 behind the point.');
  return text;
}

builder.addScalarType(
  'Decimal',
  new GraphQLScalarType<string, string>({
    name: 'Decimal',
    description:
      'An exact decimal number, answered as a string: `"699.10"`. Send a string too. A number in the text of a query is taken as it is written there; a variable may also be a whole JSON number, but not one with a fraction, which JSON readers do not keep exactly.',
    serialize: (value) => String(value),
    parseValue: (value) => {
      if (typeof value === 'string') return decimal(value);
      if (typeof value === 'number' && Number.isSafeInteger(value)) return decimal(String(value));
      throw invalid('A decimal number is sent as a string, such as "699.10": JSON numbers are not exact.');
    },
    parseLiteral: (node) => {
      if (node.kind !== Kind.STRING && node.kind !== Kind.INT && node.kind !== Kind.FLOAT)
        throw invalid('A decimal number is written as "699.10".');
      return decimal(node.value);
    },
  }),
);

/** An amount as it is stored, with its currency. */
interface MoneyRow {
  minor: number;
  currency: string;
}

export const money = (minor: number, currency: string): MoneyRow => ({ minor: Number(minor), currency });

/** For what may be unknown. */
export const moneyOrNull = (minor: number | null | undefined, currency: string): MoneyRow | null =>
  minor === null || minor === undefined ? null : money(minor, currency);

export const Money = builder.objectRef<MoneyRow>('Money').implement({
  description: 'An amount of money, exact.',
  fields: (t) => ({
    amount: t.field({
      type: 'Decimal',
      description: 'How much, with all digits of the currency: `"699.10"` in USD, `"699"` in JPY.',
      resolve: ({ minor, currency }) => decimalOf(minor, currency),
    }),
    currency: t.expose('currency', { type: 'CurrencyCode', description: 'Of which currency.' }),
  }),
});

type AmountOf<Row, Value> = { [Name in keyof Row]-?: Row[Name] extends Value ? Name : never }[keyof Row];

/** A field for an amount of a row, in the currency of the row. */
export const amount = <Row extends { currency: string }>(
  t: PothosSchemaTypes.ObjectFieldBuilder<Types, Row>,
  name: AmountOf<Row, number>,
  description: string,
) => t.field({ type: Money, description, resolve: (row) => money(row[name] as number, row.currency) });

/** The same for an amount that may be unknown. */
export const amountOrNull = <Row extends { currency: string }>(
  t: PothosSchemaTypes.ObjectFieldBuilder<Types, Row>,
  name: AmountOf<Row, number | null>,
  description: string,
) =>
  t.field({
    type: Money,
    nullable: true,
    description,
    resolve: (row) => moneyOrNull(row[name] as number | null, row.currency),
  });

interface TotalsRow extends TransactionTotals {
  currency: string;
}

export const Totals = builder.objectRef<TotalsRow>('Totals').implement({
  description: 'Sums of what is not voided. total = net + tax + charge, to the minor unit.',
  fields: (t) => {
    const sum = (name: Exclude<keyof TransactionTotals, 'quantity'>, description: string) =>
      t.field({ type: Money, description, resolve: (totals) => money(totals[name], totals.currency) });
    return {
      net: sum('net', 'Of the lines, without tax.'),
      discount: sum('discount', 'What the lines were reduced by; `net` is after it.'),
      tax: sum('tax', 'Of lines and charges.'),
      charge: sum('charge', 'Charges, without tax.'),
      total: sum('gross', 'What is to be paid: net + tax + charge.'),
      paid: sum('paid', 'Payments.'),
      quantity: t.field({
        type: 'Decimal',
        description: 'Of the lines; returned ones count negative.',
        resolve: ({ quantity }) => quantityOf(Number(quantity)),
      }),
    };
  },
});
