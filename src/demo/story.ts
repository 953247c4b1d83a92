import type { TypedDocumentNode } from '@graphql-typed-document-node/core';
import {
  AccountIdsSyncedDocument,
  AttentionDocument,
  CreateChannelDocument,
  CreateCustomerDocument,
  CreateOrderDocument,
  CustomerDocument,
  ReceivedTransactionsDocument,
  RecordSaleDocument,
  RunConversionDocument,
  RunEndOfDayDocument,
} from '../../schema/operations.ts';
import { textOf } from '../client/client.ts';

const uuid = '7f3c1a52-1b7c-4c1e-9d38-2f4c8a6f0b11';

/** An enum value, which GraphQL writes without quotes. */
class EnumValue {
  constructor(readonly value: string) {}
}

/** The tabs GraphiQL opens with: the story of a customer, an order, and a sale. */
export const storyTabs = [
  tab(
    ['1. Press play: a store.', 'Live conversion is off, so that you', 'can follow each step.'],
    CreateChannelDocument,
    {
      input: {
        code: 'houston',
        name: 'Houston',
        type: new EnumValue('RETAIL_STORE'),
        currency: 'USD',
        timeZone: 'America/Chicago',
        country: 'US',
        liveConversion: false,
      },
    },
  ),
  tab(['2. A customer, created asynchronously:', 'no account ID yet, "Pending sync".'], CreateCustomerDocument, {
    input: {
      channel: 'houston',
      id: uuid,
      name: { first: 'Ada', last: 'Byron' },
      email: 'ada@example.com',
      addresses: [{ street: '12 St James Square', city: 'London', country: 'GB' }],
    },
  }),
  tab(
    [
      '3. The feed the store subscribes to. Run',
      'it in a second window and watch it while',
      'you continue here, or run it after tab 6:',
      'the feed starts from the beginning.',
    ],
    AccountIdsSyncedDocument,
    { channel: 'houston' },
  ),
  tab(['4. An order for this customer, who is', 'still pending.'], CreateOrderDocument, {
    input: {
      channel: 'houston',
      id: 'b7f0c1de-6c2f-4a3e-8d5f-0c9e1f2a3b4c',
      customerUuid: uuid,
      lines: [{ sku: 'BK-R50B-58', quantity: 1, unitPrice: '699.10', tax: '57.68' }],
      payments: [{ tender: new EnumValue('ONLINE'), amount: '756.78' }],
      total: '756.78',
    },
  }),
  tab(['5. A sale at the register.'], RecordSaleDocument, {
    input: {
      channel: 'houston',
      id: 'c5a1b7d2-94e3-4f60-8a7c-1d2e3f4a5b6c',
      customerUuid: uuid,
      lines: [{ sku: 'HL-U509-R', quantity: 2, unitPrice: '34.99', tax: '5.77' }],
      payments: [{ tender: new EnumValue('CASH'), amount: '75.75' }],
      total: '75.75',
    },
  }),
  tab(['6. The conversion: P-job, Synchronize', 'customers and channel requests, 1010.'], RunConversionDocument, {
    input: { channels: ['houston'] },
  }),
  tab(['7. The same customer, now with an account', 'ID and a timeline.'], CustomerDocument, { by: { uuid } }),
  tab(['8. The end of day: orders become sales', 'orders, statements post the sales.'], RunEndOfDayDocument, {
    input: { channels: ['houston'] },
  }),
  tab(
    ['9. What became of the order and the sale:', 'sales orders and a posted statement.'],
    ReceivedTransactionsDocument,
    { customerUuid: uuid, first: 10 },
  ),
  tab(['10. What needs attention: nothing.'], AttentionDocument, { first: 10 }),
];

/** An operation of our own clients. Its variables default to an example, because GraphiQL drops the variables of the first tab. */
function tab<Variables>(
  comment: string[],
  document: TypedDocumentNode<unknown, Variables>,
  example: Partial<Record<keyof Variables & string, unknown>>,
) {
  const text = Object.entries(example).reduce(
    (query, [name, value]) =>
      query.replace(new RegExp(`\\$${name}: [\\w!\\[\\]]+`), (declared) => `${declared} = ${literal(value)}`),
    textOf(document as TypedDocumentNode<unknown, never>),
  );
  return { query: `${comment.map((line) => `# ${line}`).join('\n')}\n${text}\n` };
}

/** A GraphQL literal, with one field per line so that it is easy to read and change. */
function literal(value: unknown, indent = '  '): string {
  if (value instanceof EnumValue) return value.value;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  if (Array.isArray(value)) return `[${value.map((item) => literal(item, indent)).join(', ')}]`;
  const fields = Object.entries(value).map(([name, field]) => `${indent}  ${name}: ${literal(field, `${indent}  `)}`);
  return `{\n${fields.join('\n')}\n${indent}}`;
}
