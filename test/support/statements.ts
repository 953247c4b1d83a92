import type { DataSource, Logger } from 'typeorm';
import type { Database } from '../../src/data/database.ts';

export interface Statement {
  text: string;
  parameters: unknown[];
}

/** The connections of a database: tests look at them, nothing else may. */
export function sourcesOf(database: Database): { writer: DataSource; readers: DataSource[] } {
  const { writer, readers } = database as unknown as { writer: DataSource; readers: DataSource[] };
  return { writer, readers };
}

/** Every statement that reaches these databases from now on, in order. */
export function statementsOf(...databases: Database[]): Statement[] {
  const seen: Statement[] = [];
  const nothing = () => {};
  const logger: Logger = {
    logQuery: (text, parameters = []) => seen.push({ text, parameters }),
    logQueryError: nothing,
    logQuerySlow: nothing,
    logSchemaBuild: nothing,
    logMigration: nothing,
    log: nothing,
  };
  for (const database of databases) {
    const { writer, readers } = sourcesOf(database);
    for (const source of [writer, ...readers]) Object.assign(source, { logger });
  }
  return seen;
}

/** Counts the transactions of a database from now on. */
export function transactionsOf(database: Database): () => number {
  const { write } = database;
  let count = 0;
  database.write = (change) => {
    count++;
    return write.call(database, change) as never;
  };
  return () => count;
}
