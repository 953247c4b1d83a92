import { GraphQLError, parse, Source } from 'graphql';
import { DatabaseError } from 'pg';
import { expect, onTestFinished, test } from 'vitest';
import { z } from 'zod';
import { openDatabases } from '../src/app.ts';
import { readConfig } from '../src/config.ts';
import type { Database } from '../src/data/database.ts';
import { ChannelNotFound, DatabaseUnavailable, TooLarge } from '../src/errors.ts';
import { errorMask } from '../src/http/masking.ts';
import { createLog } from '../src/log.ts';
import { createCustomer, refuseLastName, run, tamper, withChannels } from './support/actions.ts';
import { type Answer, aCustomer, createCustomerDocument, emptyDatabases, onPostgres } from './support/headquarters.ts';

/** What must never be found in a log, each in a form that a driver or a parser quotes differently. */
const planted = ['Byron', 'ada@example.com', '555-0142'];
const person = { name: "Ada O'Byron", email: 'ada@example.com', phone: '+1 555-0142' };
const text = JSON.stringify(person);
/** The same as a SQL literal, for statements that have no parameters. */
const literal = `'${text.replaceAll("'", "''")}'`;

/** Logs it in every way in which the code logs errors, and answers the lines. */
function logged(error: unknown): Answer[] {
  const lines: string[] = [];
  const log = createLog('debug', { write: (line: string) => void lines.push(line) });
  log.error({ err: error, run: 1 }, 'unexpected error in a job run');
  log.warn({ err: error });
  if (error instanceof Error) log.fatal(error);
  errorMask(log)(new GraphQLError('x', { originalError: error instanceof Error ? error : null }));
  errorMask(log)(error);
  const all = lines.join('');
  for (const secret of planted) expect(all).not.toContain(secret);
  return lines.map((line) => JSON.parse(line));
}

async function aDatabase(): Promise<Database> {
  const { hq: database, close } = await openDatabases(readConfig(await emptyDatabases()), () => {});
  onTestFinished(close);
  await database.write(async (tx) => {
    await tx.query('create table person (name varchar(300) not null unique, age int check (age > 0), note varchar(3))');
    await tx.query(
      'create table pet (owner varchar(300), foreign key (owner) references person (name) deferrable initially deferred)',
    );
    await tx.query('create table hat (owner varchar(300), foreign key (owner) references person (name))');
    await tx.query(`insert into person (name, age) values (${literal}, 1)`);
  });
  return database;
}

const one = onPostgres ? '$1' : '?';

/** A statement that the database refuses, with what the log still says of it: its code on SQLite and on PostgreSQL. */
const refused: Record<string, { sql: string; parameters?: unknown[]; sqlite: string; postgres: string }> = {
  'a unique violation': {
    sql: `insert into person (name, age) values (${one}, 1)`,
    parameters: [text],
    sqlite: 'SQLITE_CONSTRAINT',
    postgres: '23505',
  },
  'a check violation': {
    sql: `insert into person (name, age) values (${literal} || 'x', 0)`,
    sqlite: 'SQLITE_CONSTRAINT',
    postgres: '23514',
  },
  'a null where none may be': {
    sql: `insert into person (name, note) values (null, substr(${one}, 1, 3))`,
    parameters: [text],
    sqlite: 'SQLITE_CONSTRAINT',
    postgres: '23502',
  },
  'a foreign key': {
    sql: `insert into hat (owner) values (${one})`,
    parameters: [`${text} of nobody`],
    sqlite: 'SQLITE_CONSTRAINT',
    postgres: '23503',
  },
  'a foreign key at COMMIT': {
    sql: `insert into pet (owner) values (${one})`,
    parameters: [`${text} of nobody`],
    sqlite: 'SQLITE_CONSTRAINT',
    postgres: '23503',
  },
  'invalid JSON': {
    sql: onPostgres ? `select (${literal} || '}')::json` : `select json_extract(${literal} || '}', '$')`,
    sqlite: 'SQLITE_ERROR',
    postgres: '22P02',
  },
  'a path in JSON that quotes its text': {
    sql: onPostgres ? `select '{}'::jsonb @? ${literal}::jsonpath` : `select json_extract('{}', ${literal})`,
    sqlite: 'SQLITE_ERROR',
    postgres: '42601',
  },
  'a value of another type': {
    sql: onPostgres ? `select ${one}::int` : `select json(${one})`,
    parameters: [`${text}}`],
    sqlite: 'SQLITE_ERROR',
    postgres: '22P02',
  },
  'a NUL character': {
    sql: onPostgres ? `select ${one}::text` : `select json(${one})`,
    parameters: [`${text}}\u0000`],
    sqlite: 'SQLITE_ERROR',
    postgres: '22021',
  },
  'a value that is too long': {
    sql: onPostgres
      ? `insert into person (name, age, note) values ('x', 1, ${one})`
      : `select zeroblob(2000000000), ${one}`,
    parameters: [text],
    sqlite: 'SQLITE_TOOBIG',
    postgres: '22001',
  },
  'a syntax error near a value': {
    sql: `select * from person where name = "Byron" 'ada@example.com' '555-0142'`,
    sqlite: 'SQLITE_ERROR',
    postgres: '42601',
  },
  'a table that a value names': {
    sql: 'select * from "Byron ada@example.com 555-0142"',
    sqlite: 'SQLITE_ERROR',
    postgres: '42P01',
  },
};

test.each(Object.entries(refused))('%s in a database is logged by its code, without a value', async (_, statement) => {
  const { sql, parameters = [], sqlite, postgres } = statement;
  const database = await aDatabase();
  const thrown = await database.write((tx) => tx.query(sql, parameters)).catch((thrown: unknown) => thrown);
  const error = thrown instanceof TooLarge ? thrown.cause : thrown;
  const [line] = logged(error);

  expect(line).toMatchObject({ run: 1, msg: 'unexpected error in a job run', err: { type: 'QueryFailedError' } });
  const { code, cause, stack } = line.err;
  expect(code ?? cause.code).toBe(onPostgres ? postgres : sqlite);
  expect(stack.length).toBeGreaterThan(0);
  for (const frame of stack) expect(frame).toMatch(/^at .*:\d+:\d+\)?$/);

  // However it is wrapped on its way.
  const wrapped: [unknown, (err: Answer) => Answer][] = [
    [new DatabaseUnavailable('houston', { cause: error }), (err) => err.cause],
    [new Error(`${text}: ${error}`, { cause: new TypeError(text, { cause: error }) }), (err) => err.cause.cause],
    [new AggregateError([new Error(text), error], text), (err) => err.errors[1]],
    [new GraphQLError(text, { originalError: error as Error, extensions: person }), (err) => err.cause],
    [(error as { driverError: unknown }).driverError, (err) => ({ ...err, type: 'QueryFailedError' })],
  ];
  for (const [outer, inner] of wrapped) {
    const found = inner(logged(outer)[0].err);
    expect(found.type).toBe('QueryFailedError');
    expect(found.code ?? found.cause?.code).toBe(onPostgres ? postgres : sqlite);
  }
});

test('the columns of a broken constraint are logged', async () => {
  const database = await aDatabase();
  const error = await database
    .write((tx) => tx.query(`insert into person (name, age) values (${literal}, 1)`))
    .catch((thrown: unknown) => thrown);
  const { cause } = logged(error)[0].err;
  expect(cause).toMatchObject(
    onPostgres
      ? { table: 'person', constraint: 'person_name_key' }
      : { message: 'SQLITE_CONSTRAINT: UNIQUE constraint failed: person.name' },
  );
});

test.each<[string, () => unknown]>([
  ['invalid JSON', () => JSON.parse(`{"name": ${person.email}`)],
  ['a number that is none', () => BigInt(person.email)],
  ['an invalid address of the web', () => new URL(text)],
  [
    'a rule of zod',
    () =>
      z
        .object({ name: z.enum(['x']), email: z.literal(1) })
        .strict()
        .parse(person),
  ],
  ['a value without the property', () => 'x' in (text as unknown as object)],
  ['a document that cannot be parsed', () => parse(new Source(`{ customer(email: "${person.email}" Byron "555-0142`))],
  [
    'a message that looks like lines of code',
    () => {
      throw new Error(`x\n    at Byron (/${person.email}:1:1)\n    at Byron (/555-0142:1:1)`);
    },
  ],
  [
    'an error with everything that a driver adds',
    () => {
      const fields = { detail: text, where: text, hint: text, internalQuery: text, dataType: text, constraint: text };
      throw Object.assign(new DatabaseError(text, 1, 'error'), fields, { code: '23505', query: text, column: text });
    },
  ],
  [
    'a code that is none',
    () => {
      throw Object.assign(new Error(text), { code: text, name: text, path: text, input: person });
    },
  ],
  [
    'a text',
    () => {
      throw text;
    },
  ],
  [
    'an object',
    () => {
      throw person;
    },
  ],
  [
    'an error that is its own cause',
    () => {
      const error = new Error(text);
      error.cause = error;
      throw error;
    },
  ],
])('%s, thrown, is logged without a value', (_, work) => {
  let thrown: unknown;
  try {
    work();
    expect.unreachable();
  } catch (error) {
    thrown = error;
  }
  const [{ err }] = logged(thrown);
  expect(err.type).toMatch(/^\w+$/);
  if (thrown instanceof Error) expect(err.stack[0]).toMatch(/^at .*:\d+:\d+\)?$/);
});

test('what helps and holds no value is logged: our own failures, what is undefined, connections', () => {
  const err = (error: unknown) => logged(error)[0].err;
  expect(err(new DatabaseUnavailable('houston'))).toMatchObject({
    type: 'DatabaseUnavailable',
    code: 'DATABASE_UNAVAILABLE',
    message: 'The database "houston" is not available right now. Try again.',
  });
  expect(err(new ChannelNotFound('Ada "Byron'))).toMatchObject({ message: 'There is no channel "…".' });
  expect(err(new TypeError("Cannot read properties of undefined (reading 'Byron')"))).toMatchObject({
    message: 'Cannot read properties of undefined',
  });
  const cause = Object.assign(new Error('connect ECONNREFUSED 127.0.0.1:1'), { code: 'ECONNREFUSED' });
  expect(err(cause)).toMatchObject({ code: 'ECONNREFUSED', message: 'connect ECONNREFUSED 127.0.0.1:1' });
});

test('a customer that headquarters’ database refuses, in a job and in a request, leaves no personal data in the log', async () => {
  const lines: string[] = [];
  const hq = await withChannels(['houston'], { logLines: lines });
  const input = { name: { first: 'Ada', last: 'Byron' }, email: 'ada@example.com', phone: '555-0142' };
  await createCustomer(hq, input);
  await refuseLastName(hq, 'Byron');
  await run(hq);
  expect(lines.map((line) => JSON.parse(line))).toContainEqual(
    expect.objectContaining({
      msg: 'the database refused an operation',
      err: expect.objectContaining({ type: 'QueryFailedError', stack: expect.arrayContaining([expect.anything()]) }),
    }),
  );

  await tamper(await hq.channels.databaseOf('houston'), 'drop table customer_address');
  const { errors } = await hq.ask(createCustomerDocument, { input: aCustomer(input) });
  expect(errors).toMatchObject([{ extensions: { code: 'INTERNAL' } }]);
  expect(lines.at(-1)).toContain(errors![0].extensions.reference);
  for (const secret of planted) expect(lines.join('')).not.toContain(secret);
});
