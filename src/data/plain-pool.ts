import pg from 'pg';
import { applicationName } from './node.ts';
import { parsePostgresUrl } from './postgres-url.ts';

/** A pool for a library that brings its own SQL. */
export type PlainPool = pg.Pool;

/** Opens a pool to the server and database of a URL as in openDatabase. Nothing is connected until it is used. */
export function openPlainPool(text: string, purpose: string, max: number): PlainPool {
  const pool = new pg.Pool({
    connectionString: parsePostgresUrl(text).server,
    max,
    application_name: applicationName(purpose),
    keepAlive: true,
    connectionTimeoutMillis: 4_000,
  });
  // A connection that breaks while nobody uses it must not end the process, nor one in use (pg-pool takes its listener away).
  pool.on('error', () => {});
  pool.on('connect', (client) => client.on('error', () => {}));
  return pool;
}
