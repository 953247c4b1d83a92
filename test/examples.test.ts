import { expect, test, vi } from 'vitest';
import { dashboard } from '../examples/dashboard.ts';
import { order } from '../examples/order-client.ts';
import { till } from '../examples/till.ts';
import { withChannels } from './support/actions.ts';

const withServer = async () => {
  const hq = await withChannels(['houston'], { background: true });
  return { hq, url: `${hq.url}/graphql` };
};

test('the till sells to a customer it has just created', async () => {
  const { hq, url } = await withServer();
  const line = await till(url, 'houston');
  expect(line).toMatch(/^Ada Byron \(Pending sync\) bought for 75\.75: (\w{4}-){2}\w{4}$/);
  const { transactions } = await hq.query(
    '{ transactions(filter: { channel: "houston" }) { nodes { confirmationNumber } } }',
  );
  expect(transactions.nodes).toEqual([{ confirmationNumber: line.split(' ').at(-1) }]);
});

test('the order client orders, hears of the sales order and the account ID, and resumes where it stopped', async () => {
  const { url } = await withServer();
  const first = await order(url, 'houston');
  expect(first).toMatchObject({
    salesOrderId: 'SO000000001',
    accountId: 'C00000001',
    order: expect.stringMatching(/^(\w{4}-){2}\w{4}$/),
  });
  expect(await order(url, 'houston', first.cursor)).toMatchObject({
    salesOrderId: 'SO000000002',
    accountId: 'C00000002',
  });
});

test('the dashboard prints runs as they progress and what needs attention', async () => {
  const { url } = await withServer();
  const lines: string[] = [];
  const stop = dashboard(url, (line) => lines.push(line));
  await vi.waitFor(() => expect(lines).toContain('0 need attention'), 10_000);
  await order(url, 'houston');
  await vi.waitFor(() => expect(lines.join('\n')).toMatch(/^CONVERSION SUCCEEDED/m), 10_000);
  stop();
});
