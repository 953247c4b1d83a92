import { expect, test } from 'vitest';
import { atLeast, both, costOf, type Row, ratioAtMost, table, tell } from '../bench/support/report.ts';

const row: Row = {
  what: 'Something',
  value: 1_234,
  unit: 'things/s',
  reference: { value: 617, what: 'before' },
  target: both(atLeast(1_000), ratioAtMost(1.5)),
  cpu: costOf('thing', 10, { node: 500, postgres: 250 }),
};

const cells = (rows: Parameters<typeof table>[0], before?: Parameters<typeof table>[1]) =>
  table(rows, before)
    .split('\n')[2]!
    .split('|')
    .slice(1, -1)
    .map((cell) => cell.trim());

test('a row of a benchmark tells its CPU, its ratio, and whether it has met all of its target', () => {
  expect(cells([tell(row)])).toEqual([
    'Something',
    '1,234 things/s',
    '50 µs per thing, PostgreSQL 25 µs',
    '617 things/s, before',
    '2.00×',
    'at least 1,000 things/s, at most 1.50×: **missed**',
  ]);
  expect(cells([tell({ ...row, ratio: 1.4 })]).at(-1)).toContain(': met');
  expect(cells([tell({ ...row, cpu: costOf('thing', 10, { node: 500, postgres: null }) })])[2]).toBe(
    '50 µs per thing, PostgreSQL not measured',
  );
});

test('a run is compared with a saved one, row by row', () => {
  const saved = JSON.parse(
    JSON.stringify([tell({ ...row, value: 617, cpu: costOf('thing', 5, { node: 500, postgres: 250 }) })]),
  );
  expect(cells([tell(row)], saved).slice(-3)).toEqual(['617 things/s', '2.00×', '0.50×, PostgreSQL 0.50×']);
  expect(cells([tell({ ...row, what: 'Something new' })], saved).slice(-3)).toEqual(['', '', '']);
});
