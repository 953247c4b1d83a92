import type { EntityManager } from 'typeorm';
import { sql } from '../sql.ts';

/*
 * Jobs of graphile-worker, which live in a schema of their own and are added in the transaction that makes them necessary. Adding one sends a
 * notification, so it never happens in a transaction that moves sets.
 */

interface NewJob {
  task: string;
  /** A job with this key that nobody has taken yet is replaced; payloads that are lists are merged. */
  key: string;
  payload: unknown;
  /** Ms until it is due. */
  wait: number;
  attempts: number;
}

export async function addJob(
  tx: EntityManager,
  schema: string,
  { task, key, payload, wait, attempts }: NewJob,
): Promise<void> {
  await sql(
    tx,
    `select "${schema}".add_job($1, $2::json, job_key := $3, max_attempts := $4::integer,
       run_at := clock_timestamp() + $5::bigint * interval '1 millisecond')`,
    [task, JSON.stringify(payload), key, attempts, wait],
  );
}

/** Nobody needs to take the job with this key any more. */
export async function removeJob(tx: EntityManager, schema: string, key: string): Promise<void> {
  await sql(tx, `select "${schema}".remove_job($1)`, [key]);
}

/** Frees the jobs that pools of workers hold whose node has died, and wakes the living. */
export async function freeJobs(tx: EntityManager, schema: string): Promise<void> {
  await sql(
    tx,
    `select "${schema}".force_unlock_workers(array(
       select distinct locked_by from "${schema}".jobs where locked_by is not null
       except select json_array_elements_text(worker_pools) from server_node))`,
  );
  await sql(tx, `select pg_notify('jobs:insert', '{"r":"freed","count":8}')`);
}

/** The transaction does not wait for the disk: what it says is a hint, and it holds the lock of all notifications. */
export async function tellOthers(tx: EntityManager): Promise<void> {
  await sql(tx, 'set local synchronous_commit = off');
}
