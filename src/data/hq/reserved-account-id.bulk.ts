import type { EntityManager } from 'typeorm';
import { insertInto, rows, selected } from '../columns.ts';
import { listed } from '../dialect/expressions.ts';
import { single, sql } from '../sql.ts';
import { Customer } from './customer.ts';
import { ReservedAccountId } from './reserved-account-id.ts';

/**
 * Keeps account IDs for their customers, as a channel database packed them. Answers how many are kept for these customers, and which
 * account IDs are not, because another customer has them.
 */
export async function reserveAccountIds(tx: EntityManager, packed: string): Promise<{ kept: number; taken: string[] }> {
  const sent = rows(tx, Customer, '$1', ['uuid', 'accountId']);
  await sql(
    tx,
    `${insertInto(tx, ReservedAccountId, { customerUuid: 'x.uuid', accountId: 'x.account_id' })} from ${sent}
     where not exists (select 1 from customer c where c.uuid = x.uuid or c.account_id = x.account_id) on conflict do nothing`,
    [packed],
  );
  const kept = `exists (select 1 from reserved_account_id r where r.customer_uuid = x.uuid and r.account_id = x.account_id)`;
  const same = `exists (select 1 from customer c where c.uuid = x.uuid and c.account_id = x.account_id)`;
  const count = await single<{ kept: number }>(tx, `select count(*) as kept from ${sent} where ${kept}`, [packed]);
  const taken = await sql<{ id: string }>(
    tx,
    `select x.account_id as id from ${sent} where not ${kept} and not ${same} order by x.account_id`,
    [packed],
  );
  return { kept: count.kept, taken: taken.map(({ id }) => id) };
}

/** Keeps no account IDs for these customers any longer. */
export const releaseReserved = (tx: EntityManager, uuids: readonly string[]) =>
  sql(tx, `delete from reserved_account_id where customer_uuid in ${listed(tx, '$1')}`, [JSON.stringify(uuids)]);

/** The account IDs that are kept for these customers, which are given to them with this: they are kept no longer. */
export async function takeReserved(tx: EntityManager, uuids: readonly string[]): Promise<Map<string, string>> {
  // There are none unless headquarters was restored; to look for each of a batch took 4 % of a conversion.
  if (!(await tx.exists(ReservedAccountId))) return new Map();
  const found = await sql<ReservedAccountId>(
    tx,
    `delete from reserved_account_id where customer_uuid in ${listed(tx, '$1')}
     returning ${selected(tx, ReservedAccountId, 'reserved_account_id', ['customerUuid', 'accountId'])}`,
    [JSON.stringify(uuids)],
  );
  return new Map(found.map(({ customerUuid, accountId }) => [customerUuid, accountId]));
}
