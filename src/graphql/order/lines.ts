import type { LineFacts } from '../../data/transaction-facts.ts';
import { quantityOf } from '../../domain/money.ts';
import { amount } from '../money.ts';
import { type Types, valueOrNull } from '../vocabulary.ts';

/** What lines of transactions and of sales orders have in common. */
export const lineFields = (t: PothosSchemaTypes.ObjectFieldBuilder<Types, LineFacts & { currency: string }>) => ({
  line: t.exposeInt('line', { description: 'The line number: 1, 2, 3 …' }),
  sku: t.exposeString('sku', { description: 'The stock keeping unit of the product.' }),
  name: valueOrNull(t, 'String', 'name', 'The name of the product. Null if the channel sent none.'),
  quantity: t.field({
    type: 'Decimal',
    description: 'The quantity, with at most 3 decimals; negative for a return.',
    resolve: ({ quantity }) => quantityOf(quantity),
  }),
  unitPrice: amount(t, 'unitPrice', 'The price of one unit.'),
  discount: amount(t, 'discount', 'The discount on the whole line.'),
  tax: amount(t, 'tax', 'The tax on the whole line.'),
  net: amount(t, 'net', 'The amount of the line after discount, excluding tax.'),
  gross: amount(t, 'gross', 'The amount of the line after discount, including tax.'),
});
