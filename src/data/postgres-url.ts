/** What the URL of a PostgreSQL database says besides how to connect. */
export interface PostgresUrl {
  /** Server, database, and how to connect, without our own parameters. Databases that share it share a pool of connections. */
  server: string;
  schema: string;
  /** A pooler such as PgBouncer gives each transaction another session, so nothing may rely on what a session remembers. */
  pooledByTransaction: boolean;
}

/** Reads `postgres://user@host/database?schema=<schema>&pooling=transaction`. Throws an error that says what is wrong, without the URL. */
export function parsePostgresUrl(text: string): PostgresUrl {
  if (!URL.canParse(text)) throw new Error('must be a URL such as postgres://user:password@host/database?schema=hq');
  const url = new URL(text);
  const schema = url.searchParams.get('schema') ?? 'public';
  const pooling = url.searchParams.get('pooling') ?? 'session';
  if (!/^[a-z_][a-z0-9_]{0,62}$/.test(schema)) throw new Error(`"${schema}" is not a valid schema name`);
  if (!['session', 'transaction'].includes(pooling)) throw new Error('pooling must be session or transaction');
  url.searchParams.delete('schema');
  url.searchParams.delete('pooling');
  return { server: url.href, schema, pooledByTransaction: pooling === 'transaction' };
}
