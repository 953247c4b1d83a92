import type { RuleName } from '../../data/hq/validation.ts';
import { builder } from '../builder.ts';
import { enumOf } from '../vocabulary.ts';

export const ValidationRuleName = enumOf<RuleName>(
  'ValidationRuleName',
  'A rule that a sale must pass before a statement takes it.',
  {
    CUSTOMER_ACCOUNT: 'The sale’s customer has an account ID.',
    BUSINESS_DATE:
      'The business date is not later than the day the sale was received, in the channel’s time zone, and not before 2000.',
    DISCOUNT_AMOUNT: 'The discount is the sum of the lines’ discounts.',
    GROSS_AMOUNT: 'The total is the sum of the lines, including tax, plus charges.',
    NET_AMOUNT: 'The net amount is the sum of the lines without tax.',
    NET_PLUS_TAX: 'The total is net + tax + charges.',
    NUMBER_OF_ITEMS: 'The quantity is the sum of the lines’ quantities.',
    PAYMENT_AMOUNT: 'The amount paid is the sum of the payments.',
    UNDER_OVER_PAYMENT: 'The amount paid is the amount due, within the channel’s `maximumPaymentDifference`.',
    TRANSACTION_NOT_EMPTY: 'At least one line is not voided.',
    TAX_INCLUDED_PRICING: 'The lines follow the sale’s flag: prices with tax, or without.',
    LINE_AMOUNT: 'Each line’s amount is price × quantity − discount.',
    SIGN_CONTRADICTION: 'In each line, the quantity and the amounts have the same sign.',
    NEGATIVE_PRICE: 'No price is negative.',
    SHIFT: 'The sale’s shift is known and belongs to the same channel.',
    DUPLICATE_TRANSACTION: 'No other channel database has already sent a transaction with the same UUID.',
  },
);

export const ValidationError = builder.objectRef<{ rule: RuleName; message: string }>('ValidationError').implement({
  description: 'A rule that a sale breaks.',
  fields: (t) => ({
    rule: t.expose('rule', { type: ValidationRuleName, description: 'The rule.' }),
    message: t.exposeString('message', { description: 'How the sale breaks the rule.' }),
  }),
});
