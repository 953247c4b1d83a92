import { Column, Entity, type EntityManager, PrimaryColumn } from 'typeorm';
import { rows } from '../columns.ts';
import { listed, one, sql } from '../sql.ts';

/**
 * An account ID that a channel knows from before headquarters was restored. Written when the restore is resolved, and deleted when the
 * customer arrives again and takes it.
 */
@Entity('reserved_account_id')
export class ReservedAccountId {
  @PrimaryColumn({ type: 'text' }) customerUuid!: string;
  @Column({ type: 'text' }) accountId!: string;
}

/**
 * Keeps account IDs for their customers, as a channel database packed them. Answers how many are kept for these customers, and which
 * account IDs are not, because another customer has them.
 */
export async function reserveAccountIds(tx: EntityManager, packed: string): Promise<{ kept: number; taken: string[] }> {
  const sent = rows(tx, { uuid: 'text', accountId: 'text' }, '$1');
  await sql(
    tx,
    `insert into reserved_account_id (customer_uuid, account_id) select x.uuid, x.account_id from ${sent}
     where not exists (select 1 from customer c where c.uuid = x.uuid or c.account_id = x.account_id) on conflict do nothing`,
    [packed],
  );
  const kept = `exists (select 1 from reserved_account_id r where r.customer_uuid = x.uuid and r.account_id = x.account_id)`;
  const same = `exists (select 1 from customer c where c.uuid = x.uuid and c.account_id = x.account_id)`;
  const count = await one<{ kept: number }>(tx, `select count(*) as kept from ${sent} where ${kept}`, [packed]);
  const taken = await sql<{ id: string }>(
    tx,
    `select x.account_id as id from ${sent} where not ${kept} and not ${same} order by x.account_id`,
    [packed],
  );
  return { kept: count!.kept, taken: taken.map(({ id }) => id) };
}

/** The account IDs that are kept for these customers, which are given to them with this: they are kept no longer. */
export async function takeReserved(tx: EntityManager, uuids: readonly string[]): Promise<Map<string, string>> {
  // There are none unless headquarters was restored; to look for each of a batch took 4 % of a conversion.
  if (!(await one(tx, 'select customer_uuid from reserved_account_id limit 1'))) return new Map();
  const found = await sql<{ uuid: string; id: string }>(
    tx,
    `delete from reserved_account_id where customer_uuid in ${listed(tx, '$1')} returning customer_uuid as uuid, account_id as id`,
    [JSON.stringify(uuids)],
  );
  return new Map(found.map(({ uuid, id }) => [uuid, id]));
}
