import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { compatibility } from '../../scripts/compatibility.ts';

const current = readFileSync(join(import.meta.dirname, '../../schema/schema.graphql'), 'utf8');

const released = `
type Query {
  customer(uuid: ID!, old: Int @deprecated(reason: "It has no effect.")): Customer
  color: Color
  former: Former @deprecated(reason: "Use customer.")
}
type Customer { name: String! nick: String @deprecated(reason: "Use name.") }
type Former { name: String }
enum Color { RED BLUE }
`;
const compared = (part: string, replacement: string) => {
  expect(released).toContain(part);
  return compatibility(released, released.replace(part, replacement));
};

test('a schema is compatible with itself', () => {
  for (const sdl of [released, current]) expect(compatibility(sdl, sdl)).toEqual({ breaking: [], dangerous: [] });
});

test.each([
  ['a field goes', 'name: String! ', '', 'Customer.name was removed.'],
  ['a field may become null', 'name: String!', 'name: String', 'Customer.name changed type from String! to String.'],
  [
    'an argument becomes required',
    'color: Color',
    'color(hue: Int!): Color',
    'A required arg hue on Query.color was added.',
  ],
  ['an enum value goes', 'RED BLUE', 'RED', 'BLUE was removed from enum type Color.'],
])('%s: that breaks clients', (_what, part, replacement, change) => {
  expect(compared(part, replacement).breaking).toEqual([change]);
});

test('a new enum value breaks nothing, but clients may notice it', () => {
  expect(compared('RED BLUE', 'RED BLUE GREEN')).toEqual({
    breaking: [],
    dangerous: ['GREEN was added to enum type Color.'],
  });
});

test('what was deprecated may go, with the types that only it leads to', () => {
  const later =
    'type Query { customer(uuid: ID!): Customer color: Color } type Customer { name: String! } enum Color { RED BLUE }';
  expect(compatibility(released, later)).toEqual({ breaking: [], dangerous: [] });
});
