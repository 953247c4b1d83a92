import { LARGEST_TEXT } from '../sizes.ts';
import type { Column, Dialect } from './dialect.ts';

/** What the database's error message contains when it refuses to return a text that is too large. */
export const TOO_LARGE = 'text too large to be read';

/** `text`, or an error if it is too large. Both databases compute the aggregate once. */
export const capped = (text: string, refusal: string): string =>
  `case when octet_length(${text}) <= ${LARGEST_TEXT} then ${text} else ${refusal} end`;

/** A JSON object of columns, with an object in it for each embedded object. */
export function objectOf(
  columns: readonly Column[],
  value: (column: Column) => string,
  object: Dialect['object'],
  depth = 0,
): string {
  const values: Record<string, string> = {};
  for (const column of columns) {
    const property = column.path[depth]!;
    if (column.path.length === depth + 1) values[property] = value(column);
    else
      values[property] ??= objectOf(
        columns.filter(({ path }) => path[depth] === property),
        value,
        object,
        depth + 1,
      );
  }
  return object(values);
}
