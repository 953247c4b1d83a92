import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { exceptions, findingsIn } from '../../scripts/schema-rules.ts';

const sdl = readFileSync(join(import.meta.dirname, '../../schema/schema.graphql'), 'utf8');

test('schema/schema.graphql follows every rule', () => {
  expect(findingsIn(sdl)).toEqual([]);
});

test('every exception is needed', () => {
  const findings = findingsIn(sdl, {});
  for (const [rule, list] of Object.entries(exceptions))
    for (const { at } of list)
      expect(
        findings.some((finding) => finding.rule === rule && at.test(finding.at)),
        `${rule} ${at}`,
      ).toBe(true);
});

/** A schema that follows every rule, with one part replaced. */
const good = `
"""Reads."""
type Query {
  """All."""
  customers(first: Int, after: String, last: Int, before: String): CustomerConnection!
  """One."""
  node(id: ID!): Node
  """Another."""
  color(color: Color): Color
  """What was."""
  former: String @deprecated(reason: "Use customers.")
}
"""Node."""
interface Node { id: ID! }
"""A customer."""
type Customer implements Node { id: ID! firstName: String }
"""A page."""
type CustomerConnection { id: ID! edges: [CustomerEdge!]! pageInfo: PageInfo! }
"""An item."""
type CustomerEdge { id: ID! node: Customer! cursor: String! }
"""Where."""
type PageInfo { id: ID! hasPreviousPage: Boolean! hasNextPage: Boolean! startCursor: String endCursor: String }
"""Colors."""
enum Color { RED DARK_BLUE }
`;

test('a schema that follows the rules has no findings', () => {
  expect(findingsIn(good, {})).toEqual([]);
});

test.each([
  ['description-style', '"""A customer."""', '"A customer."', 'Customer'],
  ['naming-convention', 'DARK_BLUE', 'darkBlue', 'Color.darkBlue'],
  ['naming-convention', 'firstName', 'first_name', 'Customer.first_name'],
  ['naming-convention', 'color(color: Color)', 'color(Color: Color)', 'Query.color(Color:)'],
  ['naming-convention', 'color(', 'getColor(', 'Query.getColor'],
  ['naming-convention', /\bColor\b/g, 'ColorEnum', 'ColorEnum'],
  ['naming-convention', /\bCustomer\b/g, 'customer', 'customer'],
  ['no-hashtag-description', 'DARK_BLUE', '\n# a dark one\nDARK_BLUE', 'Color.DARK_BLUE'],
  ['no-typename-prefix', 'firstName', 'customerName', 'Customer.customerName'],
  ['no-unreachable-types', '"""Colors."""', '"""Lost.""" scalar Lost """Colors."""', 'Lost'],
  ['require-deprecation-reason', '(reason: "Use customers.")', '', 'Query.former'],
  ['require-deprecation-reason', '"Use customers."', '" "', 'Query.former'],
  ['require-description', '"""A customer."""', '', 'Customer'],
  ['require-description', '"""One."""', '', 'Query.node'],
  ['strict-id-in-types', 'type PageInfo { id: ID!', 'type PageInfo {', 'PageInfo'],
  ['relay-arguments', 'last: Int, ', '', 'Query.customers'],
  ['relay-arguments', 'after: String', 'after: Boolean!', 'Query.customers'],
  ['relay-connection-types', /CustomerConnection/g, 'CustomerPage', 'CustomerPage'],
  ['relay-connection-types', 'edges: [CustomerEdge!]!', 'edges: CustomerEdge', 'CustomerConnection'],
  ['relay-connection-types', 'pageInfo: PageInfo!', 'pageInfo: PageInfo', 'CustomerConnection'],
  ['relay-edge-types', /CustomerEdge/g, 'CustomerItem', 'CustomerItem'],
  ['relay-edge-types', 'node: Customer!', 'node: [Customer]', 'CustomerEdge.node'],
  ['relay-edge-types', 'node: Customer!', 'node: PageInfo!', 'CustomerEdge.node'],
  ['relay-edge-types', 'cursor: String!', 'cursor: PageInfo', 'CustomerEdge.cursor'],
  ['relay-page-info', 'endCursor: String', 'endCursor: String!', 'PageInfo.endCursor'],
])('%s: %s must not be %s', (rule, part, replacement, at) => {
  const changed = good.replace(part, replacement);
  expect(changed).not.toBe(good);
  expect(findingsIn(changed, {})).toContainEqual({ rule, at, message: expect.any(String) });
});

test('unknown names and duplicates are refused as invalid SDL', () => {
  for (const addition of [
    'type Query { a: Int }',
    'extend type Nobody { a: Int }',
    'type A { b: Unknown }',
    'type B { c: Int @nothing }',
  ])
    expect(() => findingsIn(good + addition)).toThrow();
});
