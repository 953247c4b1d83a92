import { expect, test } from 'vitest';
import { storyTabs } from '../../src/demo/story.ts';
import { type Answer, startHeadquarters } from '../support/headquarters.ts';

test('played one after the other, the tabs of GraphiQL tell the story of a customer, an order and a sale', async () => {
  const hq = await startHeadquarters();
  const answers: Answer[] = [];
  for (const { query } of storyTabs) {
    if (query.includes('\nsubscription')) {
      hq.subscribe(query).stop();
      continue;
    }
    answers.push(await hq.query(query));
    await hq.worker.drain();
  }
  const [channel, customer, order, sale, conversion, converted, endOfDay, booked, { attention }] = answers;
  expect(channel.createChannel.__typename).toBe('Channel');
  expect(customer.createCustomer).toMatchObject({ accountLabel: 'Pending sync' });
  expect(order.createOrder.totals.total.amount).toBe('756.78');
  expect(sale.recordSale.totals.total.amount).toBe('75.75');
  expect(conversion.runConversion.__typename).toBe('JobRun');
  expect(converted.customer).toMatchObject({ accountId: 'C00000001', syncStatus: 'SYNCED' });
  expect(endOfDay.runEndOfDay.__typename).toBe('JobRun');
  expect(booked.receivedTransactions.edges.map(({ node }: Answer) => node)).toMatchObject([
    {
      kind: 'CASH_AND_CARRY',
      status: 'POSTED',
      salesOrder: { accountId: 'C00000001' },
      statement: { state: 'POSTED' },
    },
    { kind: 'ONLINE_ORDER', status: 'SUCCEEDED', salesOrder: { accountId: 'C00000001' }, statement: null },
  ]);
  expect(attention).toEqual({ total: 0, items: [] });
});
