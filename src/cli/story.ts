import type { TypedDocumentNode } from '@graphql-typed-document-node/core';
import {
  AccountIdsSyncedDocument,
  CreateChannelDocument,
  CreateCustomerDocument,
  CustomerDocument,
  RunConversionDocument,
} from '../../schema/operations.ts';
import { textOf } from './client.ts';

const uuid = '7f3c1a52-1b7c-4c1e-9d38-2f4c8a6f0b11';

/** An enum value, which GraphQL writes without quotes. */
class Word {
  constructor(readonly value: string) {}
}

/** What GraphiQL shows first: the story of a conversion, tab by tab. */
export const storyTabs = [
  tab(
    ['1. Press play: a store.', 'Live conversion is off, so that you', 'can watch each step.'],
    CreateChannelDocument,
    {
      input: {
        code: 'houston',
        name: 'Houston',
        type: new Word('RETAIL_STORE'),
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
      '3. What the store listens to. Play it in',
      'a second window and watch it while you',
      'go on here; or play it after tab 4: the',
      'feed begins at its beginning.',
    ],
    AccountIdsSyncedDocument,
    { channel: 'houston' },
  ),
  tab(['4. The conversion: P-job, Synchronize', 'customers and channel requests, 1010.'], RunConversionDocument, {
    input: { channels: ['houston'] },
  }),
  tab(['5. The same customer, with its account', 'ID, and where it has been.'], CustomerDocument, { by: { uuid } }),
];

/** The operation as our own clients send it, with an example as default of its variables: GraphiQL forgets a first tab's own. */
function tab<Variables>(
  comment: string[],
  document: TypedDocumentNode<unknown, Variables>,
  example: Partial<Record<keyof Variables & string, unknown>>,
) {
  const text = Object.entries(example).reduce(
    (query, [name, value]) =>
      query.replace(new RegExp(`\\$${name}: [\\w!\\[\\]]+`), (declared) => `${declared} = ${written(value)}`),
    textOf(document as TypedDocumentNode<unknown, never>),
  );
  return { query: `${comment.map((line) => `# ${line}`).join('\n')}\n${text}\n` };
}

/** A value as GraphQL writes it: as JSON, but for the names of fields, and one field a line so that it can be read and changed. */
function written(value: unknown, indent = '  '): string {
  if (value instanceof Word) return value.value;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  if (Array.isArray(value)) return `[${value.map((item) => written(item, indent)).join(', ')}]`;
  const fields = Object.entries(value).map(([name, field]) => `${indent}  ${name}: ${written(field, `${indent}  `)}`);
  return `{\n${fields.join('\n')}\n${indent}}`;
}
