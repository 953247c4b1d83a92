import { GraphQLScalarType, Kind } from 'graphql';
import type { TransactionTotals } from '../data/transaction-facts.ts';
import { decimalOf, quantityOf } from '../domain/money.ts';
import { builder } from './builder.ts';
import { invalid } from './scalars.ts';
import type { Types } from './vocabulary.ts';

function decimal(text: string): string {
  if (!/^-?\d{1,15}(\.\d{1,9})?$/.test(text))
    throw invalid('Write a decimal number as "699.10", with at most 15 digits before the point and 9 after it.');
  return text;
}

builder.addScalarType(
  'Decimal',
  new GraphQLScalarType<string, string>({
    name: 'Decimal',
    description:
      'An exact decimal number, returned as a string: `"699.10"`. Send a string too. A number literal in a query is read exactly as written. A variable may also be a whole JSON number, but not one with a fraction, because JSON parsers do not preserve it exactly.',
    serialize: (value) => String(value),
    parseValue: (value) => {
      if (typeof value === 'string') return decimal(value);
      if (typeof value === 'number' && Number.isSafeInteger(value)) return decimal(String(value));
      throw invalid('Send a decimal number as a string, such as "699.10": JSON numbers are not exact.');
    },
    parseLiteral: (node) => {
      if (node.kind !== Kind.STRING && node.kind !== Kind.INT && node.kind !== Kind.FLOAT)
        throw invalid('Write a decimal number as "699.10".');
      return decimal(node.value);
    },
  }),
);

/** An amount in minor units, as stored, with its currency. */
interface MoneyRow {
  minor: number;
  currency: string;
}

export const money = (minor: number, currency: string): MoneyRow => ({ minor, currency });

/** The same for an amount that may be unknown. */
export const moneyOrNull = (minor: number | null | undefined, currency: string): MoneyRow | null =>
  minor === null || minor === undefined ? null : money(minor, currency);

export const Money = builder.objectRef<MoneyRow>('Money').implement({
  description: 'An exact amount of money.',
  fields: (t) => ({
    amount: t.field({
      type: 'Decimal',
      description: 'The amount in major units, with all decimals of the currency: `"699.10"` in USD, `"699"` in JPY.',
      resolve: ({ minor, currency }) => decimalOf(minor, currency),
    }),
    currency: t.expose('currency', { type: 'Currency', description: 'The currency of the amount.' }),
  }),
});

type AmountOf<Row, Value> = { [Name in keyof Row]-?: Row[Name] extends Value ? Name : never }[keyof Row];

/** A field for an amount of a row, in the row's currency. */
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
  description: 'Totals of everything that is not voided. total = net + tax + charge, exact to the minor unit.',
  fields: (t) => {
    const sum = (name: Exclude<keyof TransactionTotals, 'quantity'>, description: string) =>
      t.field({ type: Money, description, resolve: (totals) => money(totals[name], totals.currency) });
    return {
      net: sum('net', 'Total of the lines after discount, excluding tax.'),
      discount: sum('discount', 'Total discount on the lines, already deducted from `net`.'),
      tax: sum('tax', 'Total tax on lines and charges.'),
      charge: sum('charge', 'Total of the charges, excluding tax.'),
      total: sum('gross', 'The amount due: net + tax + charge.'),
      paid: sum('paid', 'Total of the payments, less what was paid back.'),
      quantity: t.field({
        type: 'Decimal',
        description: 'Total quantity of the lines. Returned items count as negative.',
        resolve: ({ quantity }) => quantityOf(quantity),
      }),
    };
  },
});
