import pino from 'pino';

/**
 * The log of a process: JSON lines on standard error. Whatever is logged as `err`, they contain no personal data: an error is reduced to its
 * type, its codes, and where it happened (see `withoutData`). Pass the error itself; callers need not clean it.
 */
export const createLog = (level: string, destination: pino.DestinationStream = standardError()): pino.Logger =>
  pino(
    {
      level,
      base: null,
      timestamp: pino.stdTimeFunctions.isoTime,
      serializers: { err: (error: unknown) => withoutData(error) },
      hooks: {
        // Without a message, pino would log the message of the error.
        logMethod(args, method) {
          if (args.length === 1 && typeof args[0] === 'object') args.push('error');
          method.apply(this, args);
        },
      },
    },
    destination,
  );

/** A full disk must not end the process because of its log, and there is nowhere to report the problem. */
function standardError(): pino.DestinationStream {
  const destination = pino.destination(2);
  destination.on('error', () => {});
  return destination;
}

interface Logged {
  type: string;
  message?: string;
  code?: string;
  constraint?: string;
  table?: string;
  column?: string;
  stack?: string[];
  cause?: Logged;
  errors?: Logged[];
}

const MOST_NESTED = 5;

/**
 * The parts of an error that may be logged. Databases quote values in their messages and details, JSON.parse quotes its text, and TypeORM
 * keeps the parameters of the statement, so only what cannot contain data passes: types, codes, names of constraints, tables, and columns,
 * and lines of code. A message passes if the error is one of our own failures (DomainError), or as far as it matches `harmlessTexts`.
 */
function withoutData(error: unknown, depth = 0): Logged {
  if (!(error instanceof Error)) return { type: typeof error, message: 'a value other than an Error was thrown' };
  // TypeORM keeps what the driver threw, and graphql-js keeps what a resolver threw.
  const { driverError, originalError, errors, code, constraint, table, column } = error as Carrying;
  const cause = error.cause ?? driverError ?? originalError;
  const nested = (inner: unknown) => withoutData(inner, depth + 1);
  return definedOf({
    type: error.constructor.name,
    message: harmlessMessage(error),
    code: identifier(code),
    constraint: identifier(constraint),
    table: identifier(table),
    column: identifier(column),
    stack: frames(error),
    cause: cause === undefined || cause === null || depth >= MOST_NESTED ? undefined : nested(cause),
    errors: Array.isArray(errors) && depth < MOST_NESTED ? errors.slice(0, MOST_NESTED).map(nested) : undefined,
  });
}

type Carrying = Partial<
  Record<'driverError' | 'originalError' | 'errors' | 'code' | 'constraint' | 'table' | 'column', unknown>
>;

/** Beginnings of messages that contain no values. The rest of the message is left out. */
const harmlessTexts = [
  /^Cannot (read|set) properties of (undefined|null)/,
  /^(connect|listen|read|write|getaddrinfo) E[A-Z]+( [\d.:]+)?(?=$|\s)/,
  /^Connection terminated( unexpectedly| due to connection timeout)?$/,
  /^timeout exceeded when trying to connect$/,
  /^(Query read timeout|Driver not Connected|write inside write)/,
  /^Client has encountered a connection error and is not queryable$/,
  /^SQLITE_[A-Z]+: (UNIQUE|NOT NULL) constraint failed: [a-z_]+\.[a-z_]+(, [a-z_]+\.[a-z_]+)*$/,
  /^SQLITE_[A-Z]+: ((CHECK|FOREIGN KEY) constraint failed|database is locked|database or disk is full|disk I\/O error)/,
];

function harmlessMessage(error: Error): string | undefined {
  // This file may not import DomainError, so it is recognized by this property. It may quote what a client sent in place of a code.
  if ('inputPath' in error)
    return error.message.replace(/".*"/s, (quoted) => (/^"[a-z0-9_-]+"$/.test(quoted) ? quoted : '"…"'));
  for (const text of harmlessTexts) {
    const [found] = text.exec(error.message) ?? [];
    if (found !== undefined) return found;
  }
  return undefined;
}

/** Codes and names consist of ASCII letters, digits, and underscores. */
const identifier = (value: unknown): string | undefined =>
  (typeof value === 'string' || typeof value === 'number') && /^\w{1,63}$/.test(String(value))
    ? String(value)
    : undefined;

/** The stack frames. They come after the message, which itself may look like a frame. */
function frames({ stack, message }: Error): string[] | undefined {
  if (typeof stack !== 'string') return undefined;
  const from = stack.indexOf(message);
  return stack
    .slice(from === -1 ? 0 : from + message.length)
    .split('\n')
    .filter((line) => frame.test(line))
    .map((line) => line.trim());
}

const frame = /^ {4}at ((async |new |get |set )*[\w$.<>#]+( \[as [\w$.<>#]+\])? )?\(?[^\s()]+:\d+:\d+\)?$/;

const definedOf = <T extends object>(all: { [key in keyof T]: T[key] | undefined }): T =>
  Object.fromEntries(Object.entries(all).filter(([, value]) => value !== undefined)) as T;
