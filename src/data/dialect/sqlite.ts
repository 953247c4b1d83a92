import type { Column, Dialect } from './dialect.ts';
import { capped, objectOf, TOO_LARGE } from './packing.ts';

/** `->` returns JSON text, where a JSON null is the text `null`; `->>` returns a value. */
const extracted = (json: string, { type }: Column, path: string): string =>
  type === 'json' ? `nullif(${json}->'${path}', 'null')` : `${json}->>'${path}'`;

const pathOf = ({ path }: Column): string => (path.length === 1 ? path[0]! : `$.${path.join('.')}`);

/** SQLite has 0 and 1 for booleans, and text for JSON. */
function packedValue({ name, type }: Column, alias: string): string {
  const value = `${alias}.${name}`;
  if (type === 'json') return `json(${value})`;
  return type === 'boolean' ? `json(case ${value} when 1 then 'true' when 0 then 'false' end)` : value;
}

const object: Dialect['object'] = (values) =>
  `json_object(${Object.entries(values)
    .map(([name, value]) => `'${name}', ${value}`)
    .join(', ')})`;

/** A query of FTS5: each word is quoted, and means what begins with it if a star follows. */
const worded = (words: readonly (readonly string[])[], star: string) =>
  `(${words.map((alternatives) => `(${alternatives.map((word) => `"${word}"${star}`).join(' OR ')})`).join(' AND ')})`;

export const sqlite: Dialect = {
  embedded: true,
  // A deferred transaction that reads before it writes fails immediately when another process writes.
  begin: 'BEGIN IMMEDIATE',
  tidy: ['PRAGMA optimize', 'PRAGMA wal_checkpoint(TRUNCATE)'],
  words: {
    counted: 'integer primary key',
    key: 'integer',
    text: 'text',
    json: 'text',
    mustBeObject: (column) => `check (json_type(${column}) = 'object')`,
    clustered: 'without rowid',
  },
  search: {
    // The words come without punctuation. Where they are in the text does not matter, so the index does not store it.
    create: [
      `create virtual table customer_search using fts5(words, content = '', contentless_delete = 1, detail = none, tokenize = 'ascii')`,
    ],
    store: (from) => `insert or replace into customer_search (rowid, words) select c.id, x.words ${from}`,
    find: (parameter) =>
      `select rowid as id from customer_search where customer_search match ${parameter} order by rowid desc`,
    query: {
      whole: (words) => worded(words, ''),
      begun: (words) => `${worded(words, '*')} NOT ${worded(words, '')}`,
    },
  },
  // There is one writer.
  forUpdate: '',
  // jsonb_each passes each row on parsed.
  rows: (columns, parameter) =>
    `(select ${columns.map((column) => `${extracted('value', column, pathOf(column))} as ${column.name}`).join(', ')} from jsonb_each(${parameter})) as x`,
  unpacked: (_columns, column, key, list) =>
    list
      ? {
          join: `cross join jsonb_each(${column}, '$.${key}') as "${key}"`,
          value: (field) => extracted(`"${key}".value`, field, pathOf(field)),
        }
      : { join: '', value: (field) => extracted(column, field, `$.${[key, ...field.path].join('.')}`) },
  elements: (_columns, column) => ({
    join: `cross join jsonb_each(${column}) as element`,
    value: (field) => extracted('element.value', field, pathOf(field)),
  }),
  elapsed: (from, to) => `cast(round((julianday(${to}) - julianday(${from})) * 86400000) as integer)`,
  packed(columns, alias, order) {
    const row = objectOf(columns, (column) => packedValue(column, alias), object);
    // There is no function that raises an error, but json_extract quotes a path that it cannot read.
    return capped(`json_group_array(${row}${order ? ` order by ${order}` : ''})`, `json_extract('{}', '${TOO_LARGE}')`);
  },
  object,
  listed: (parameter) => `(select value from json_each(${parameter}))`,
  matching: (table, alias, condition) => `cross join ${table} ${alias} on ${condition}`,
  nextId: (table, place) => `(select coalesce(max(id), 0) from ${table}) + ${place}`,
  sizeOf: (column) => `octet_length(${column})`,
};
