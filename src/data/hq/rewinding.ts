import { Column, Entity, type EntityManager, PrimaryColumn } from 'typeorm';
import { listed, one, rows, sql } from '../sql.ts';
import { customerAccount, formatted, headOf, type NumberSequence, numberSequenceByName } from './number-sequence.ts';

/*
 * Whether headquarters was restored from a backup that is older than what its channels know. While a channel database is AHEAD no number
 * of any sequence is given. One that an operator has named as LOST is not waited for.
 */

/** A channel database that does not agree with headquarters. Written when it is found to be ahead, or when an operator gives it up. */
@Entity('rewinding')
export class Rewinding {
  @PrimaryColumn({ type: 'text' }) channelDatabase!: string;
  @Column({ type: 'text' }) verdict!: 'AHEAD' | 'LOST';
  @Column({ type: 'text' }) since!: string;
}

/**
 * An account ID that a channel knows from before headquarters was restored. Written when the restore is resolved, and deleted when the
 * customer arrives again and takes it.
 */
@Entity('reserved_account_id')
export class ReservedAccountId {
  @PrimaryColumn({ type: 'text' }) customerUuid!: string;
  @Column({ type: 'text' }) accountId!: string;
}

/** How far headquarters has come, and what was found out about it. */
export interface Standing {
  version: number;
  accounts: NumberSequence;
  /** The next account ID. */
  nextAccountId: string;
  ahead: string[];
  lost: string[];
}

export async function standing(db: EntityManager): Promise<Standing> {
  const found = await sql<{ channel_database: string; verdict: 'AHEAD' | 'LOST' }>(
    db,
    'select channel_database, verdict from rewinding order by channel_database',
  );
  const having = (wanted: string) =>
    found.filter(({ verdict }) => verdict === wanted).map(({ channel_database: name }) => name);
  const accounts = (await numberSequenceByName(db, customerAccount))!;
  return {
    version: await headOf(db, 'customer-version'),
    accounts,
    nextAccountId: formatted(accounts, accounts.nextNumber),
    ahead: having('AHEAD'),
    lost: having('LOST'),
  };
}

/** Notes that these channel databases know more than headquarters: it stays so until an operator lifts it. */
export const recordAhead = (tx: EntityManager, names: readonly string[], at: string) =>
  sql(
    tx,
    `insert into rewinding (channel_database, verdict, since) select x.name, 'AHEAD', $1 from ${rows(tx, { name: 'text' }, '$2')} where true
     on conflict (channel_database) do update set verdict = 'AHEAD', since = excluded.since where rewinding.verdict <> 'AHEAD'`,
    [at, JSON.stringify(names.map((name) => ({ name })))],
  );

/** Lets numbers be given again; these channel databases are not waited for any more. */
export async function endRewinding(tx: EntityManager, lost: readonly string[], at: string): Promise<void> {
  await sql(tx, `delete from rewinding where verdict = 'AHEAD'`);
  await sql(
    tx,
    `insert into rewinding (channel_database, verdict, since) select x.name, 'LOST', $1 from ${rows(tx, { name: 'text' }, '$2')} where true
     on conflict (channel_database) do nothing`,
    [at, JSON.stringify(lost.map((name) => ({ name })))],
  );
}

/** One that was named as lost has answered after all. */
export const forgetLost = (tx: EntityManager, names: readonly string[]) =>
  sql(tx, `delete from rewinding where verdict = 'LOST' and channel_database in ${listed(tx, '$1')}`, [
    JSON.stringify(names),
  ]);

/**
 * Keeps account IDs for their customers, as a channel database packed them. Answers how many are kept for these customers, and which
 * account IDs are not, because another customer has them.
 */
export async function reserveAccountIds(tx: EntityManager, packed: string): Promise<{ kept: number; taken: string[] }> {
  const sent = rows(tx, { uuid: 'text', account_id: 'text' }, '$1');
  await sql(
    tx,
    `insert into reserved_account_id (customer_uuid, account_id) select x.uuid, x.account_id from ${sent}
     where not exists (select 1 from customer c where c.uuid = x.uuid or c.account_id = x.account_id) on conflict do nothing`,
    [packed],
  );
  const kept = `exists (select 1 from reserved_account_id r where r.customer_uuid = x.uuid and r.account_id = x.account_id)`;
  const same = `exists (select 1 from customer c where c.uuid = x.uuid and c.account_id = x.account_id)`;
  const count = await one<{ count: number }>(tx, `select count(*) as count from ${sent} where ${kept}`, [packed]);
  const taken = await sql<{ account_id: string }>(
    tx,
    `select x.account_id from ${sent} where not ${kept} and not ${same} order by x.account_id`,
    [packed],
  );
  return { kept: Number(count!.count), taken: taken.map(({ account_id: id }) => id) };
}

/** The account IDs that are kept for these customers, which are given to them with this: they are kept no longer. */
export async function takeReserved(tx: EntityManager, uuids: readonly string[]): Promise<Map<string, string>> {
  // There are none unless headquarters was restored; to look for each of a batch took 4 % of a conversion.
  if (!(await one(tx, 'select customer_uuid from reserved_account_id limit 1'))) return new Map();
  const found = await sql<{ customer_uuid: string; account_id: string }>(
    tx,
    `delete from reserved_account_id where customer_uuid in ${listed(tx, '$1')} returning customer_uuid, account_id`,
    [JSON.stringify(uuids)],
  );
  return new Map(found.map(({ customer_uuid: uuid, account_id: id }) => [uuid, id]));
}
