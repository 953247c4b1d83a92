import { Column, Entity, type EntityManager, PrimaryColumn } from 'typeorm';
import { rows } from './columns.ts';
import { dialectOf } from './dialect/dialect.ts';
import { sql } from './sql.ts';

/**
 * The words by which a customer is found (domain/search.ts), under the ID of its row in the customer table. Written by whoever writes the customer.
 * On SQLite it is an FTS5 table, which keeps only the index.
 */
@Entity('customer_search')
export class CustomerSearch {
  @PrimaryColumn({ type: 'bigint' }) id!: number;
  @Column({ type: 'text' }) words!: string;
}

/** What to look for: for each word, what one of the customer's words must begin with. */
export interface Search {
  words: readonly (readonly string[])[];
  /** What the account ID may begin with instead. */
  accountId?: string | undefined;
}

/** How many customers a search finds at most, best matches first. */
export const MOST_FOUND = 10_000;

/** Stores the words of customers that are in the customer table, instead of those that they had. */
export async function storeWords(
  tx: EntityManager,
  customers: readonly { uuid: string; words: string }[],
): Promise<void> {
  if (customers.length === 0) return;
  const found = `from ${rows(tx, { uuid: 'text', words: 'text' }, '$1')} cross join customer c where c.uuid = x.uuid`;
  await sql(tx, dialectOf(tx).search.store(found), [JSON.stringify(customers)]);
}

/**
 * SQL for the IDs of the customers that a search finds, with their `relevance`: '1' if each word is a whole word of the customer, '0' if it is
 * the beginning of one.
 */
export function foundBy(
  db: EntityManager,
  { words, accountId }: Search,
  parameter: (value: unknown) => string,
): string {
  const { find, query } = dialectOf(db).search;
  const whole = `select id, '1' as relevance from (${find(parameter(query.whole(words)))} limit ${MOST_FOUND}) as whole`;
  const begun = `select id, '0' as relevance from (${find(parameter(query.begun(words)))} limit ${MOST_FOUND}) as begun`;
  const byWords = `select * from (${whole} union all ${begun}) as worded limit ${MOST_FOUND}`;
  if (accountId === undefined) return byWords;
  const from = parameter(accountId);
  const to = parameter(`${accountId}\u{10FFFF}`);
  const numbered = `select id, case when account_id = ${from} then '1' else '0' end as relevance
    from customer where account_id >= ${from} and account_id < ${to} limit ${MOST_FOUND}`;
  return `select id, max(relevance) as relevance from (select * from (${byWords}) as words union all select * from (${numbered}) as ids) as either group by id`;
}
