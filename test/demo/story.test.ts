import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse, validate } from 'graphql';
import { expect, test } from 'vitest';
import { livePanel } from '../../src/demo/live-panel.ts';
import { storyTabs } from '../../src/demo/story.ts';
import { schema } from '../../src/graphql/schema.ts';
import { type Answer, type Headquarters, startHeadquarters } from '../support/headquarters.ts';

const tabs = storyTabs.map(({ query }) => query);
const [firstQuery] = /(?<=```graphql\n)mutation[\s\S]*?(?=```)/.exec(
  readFileSync(join(import.meta.dirname, '../../README.md'), 'utf8'),
)!;
const tabNamed = (name: string) => tabs.find((query) => query.includes(` ${name} {`))!;

/** Runs a tab and then every job that it started. Answers data without any failure. */
async function play(hq: Headquarters, query: string): Promise<Answer> {
  const stream = query.includes('\nsubscription') ? hq.subscribe(query) : undefined;
  const answer = stream ? await stream.next() : await hq.query(query);
  stream?.stop();
  for (const result of Object.values(answer)) expect(result, query).not.toHaveProperty('code');
  await hq.worker.drain();
  return answer;
}

test('the tabs of GraphiQL have the names of their operations, and lines that fit beside the toolbar', () => {
  for (const query of tabs) {
    expect(validate(schema, parse(query)), query).toEqual([]);
    expect(query).toMatch(/^(#.*\n)+(mutation|query|subscription) [A-Z]\w{3,9} \{/);
    for (const line of query.split('\n')) expect(line.replace(/"[\w-]{36}"/, '').length, line).toBeLessThanOrEqual(50);
  }
});

test.each([
  ['in their order', tabs],
  ['backward', tabs.toReversed()],
  ['each twice in a row', tabs.flatMap((tab) => [tab, tab])],
  ['after the first query of README', [firstQuery, ...tabs]],
  ['before the first query of README', [...tabs, firstQuery]],
])('the tabs of GraphiQL work %s', async (_, queries) => {
  const hq = await startHeadquarters();
  for (const query of queries) await play(hq, query);
  expect((await play(hq, tabNamed('Attention'))).attention).toEqual({ total: 0, items: { nodes: [] } });
});

test('the tabs of GraphiQL tell the story of a customer, an order, and a sale', async () => {
  const hq = await startHeadquarters();
  const results: Record<string, Answer> = {};
  for (const name of ['Customer', 'Conversion', 'Order', 'Sale', 'EndOfDay', 'Books', 'Timeline', 'Jobs'])
    results[name] = await play(hq, tabNamed(name));

  expect(results.Customer.createCustomer).toMatchObject({ accountId: null, accountLabel: 'Pending sync' });
  expect(results.Order.createCustomer).toMatchObject({ displayName: 'Ada Byron', accountLabel: 'Pending sync' });
  const [sale, order] = results.Books.transactions.nodes;
  const customer = { displayName: 'Ada Byron', accountId: expect.stringMatching(/^C\d{8}$/) };
  expect(sale).toMatchObject({ saleStatus: 'POSTED', customer, statement: { state: 'POSTED' } });
  expect(order).toMatchObject({
    orderStatus: 'SYNCHRONIZED',
    customer,
    salesOrder: { accountId: order.customer.accountId },
  });
  const names = results.Timeline.customers.nodes.map((node: Answer) => node.displayName);
  expect(names.toSorted()).toEqual(['Ada Byron', 'Grace Murray', 'Lovelace Cycles']);
  expect(results.Jobs.jobRuns.edges.map(({ node }: Answer) => node.job)).toEqual(['END_OF_DAY', 'CONVERSION']);
});

test('the live panel brings its own WebSocket client and asks what our other clients may ask', () => {
  const html = livePanel();
  expect(html).toContain('graphqlWs');
  expect(html).not.toMatch(/(src|href)=/);
  const [, documents] = /const documents = (.*);/.exec(html)!;
  for (const query of Object.values<string>(JSON.parse(documents!)))
    expect(validate(schema, parse(query)), query).toEqual([]);
});
