import {
  AccountIdsSyncedDocument,
  CreateChannelDocument,
  CreateCustomerDocument,
  CustomerDocument,
  RunConversionDocument,
} from '../../schema/operations.ts';
import { textOf } from './client.ts';

const uuid = '7f3c1a52-1b7c-4c1e-9d38-2f4c8a6f0b11';

const tab = (comment: string, document: Parameters<typeof textOf>[0], variables: object) => ({
  query: `${comment
    .split('\n')
    .map((line) => `# ${line}`)
    .join('\n')}\n\n${textOf(document)}\n`,
  variables: JSON.stringify(variables, null, 2),
});

/** What GraphiQL shows first: the story of a conversion, tab by tab. Press play in each, in this order. */
export const storyTabs = [
  tab(
    '1. A store. Live conversion is off, so that you can watch each step;\nswitch it on (updateChannel) and a new customer is converted at once.',
    CreateChannelDocument,
    {
      input: {
        code: 'houston',
        name: 'Houston',
        type: 'RETAIL_STORE',
        currency: 'USD',
        timeZone: 'America/Chicago',
        country: 'US',
        liveConversion: false,
      },
    },
  ),
  tab(
    '2. A customer, created asynchronously: it has no account ID yet and shows "Pending sync".',
    CreateCustomerDocument,
    {
      input: {
        channel: 'houston',
        id: uuid,
        name: { first: 'Ada', last: 'Byron' },
        email: 'ada@example.com',
        addresses: [{ street: '12 St James Square', city: 'London', country: 'GB' }],
      },
    },
  ),
  tab('3. The feed of the store: leave it running, and look again after the conversion.', AccountIdsSyncedDocument, {
    channel: 'houston',
  }),
  tab('4. The conversion: P-job, Synchronize customers and channel requests, 1010.', RunConversionDocument, {
    input: { channels: ['houston'] },
  }),
  tab('5. The same customer, with its account ID, and where it has been.', CustomerDocument, { by: { uuid } }),
];
