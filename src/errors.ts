/** The failures that clients receive, and then the reasons that jobs record when they set something aside. */
export const errorCodes = [
  'INVALID_INPUT',
  'CHANNEL_NOT_FOUND',
  'CHANNEL_EXISTS',
  'CUSTOMER_NOT_FOUND',
  'UUID_CONFLICT',
  'CUSTOMER_REFUSED',
  'NOT_FOUND',
  'WRONG_STATE',
  'UNAUTHENTICATED',
  'FORBIDDEN',
  'NUMBER_SEQUENCE_EXHAUSTED',
  'CHANNEL_DATABASE_REWOUND',
  'HEADQUARTERS_REWOUND',
  'HEADQUARTERS_UNPROVEN',
  'HEADQUARTERS_MISSING',
  'CURSOR_INVALID',
  'TOO_LARGE',
  'DATABASE_UNAVAILABLE',
  'RUN_CRASHED',
  'ASYNC_CUSTOMER_SYNC_FAILED',
  'ASYNC_ADDRESS_SYNC_FAILED',
  'ASYNC_CUSTOMER_NOT_UPLOADED',
  'ASYNC_ADDRESS_NOT_UPLOADED',
  'CUSTOMER_WITHOUT_ACCOUNT',
  'DUPLICATE_TRANSACTION',
  'VALIDATION_ERROR',
  'STATEMENT_OUT_OF_BALANCE',
  'STATEMENT_TOTALS_CHANGED',
  'COUNTING_DIFFERENCE',
  'INTERNAL',
] as const;
export type ErrorCode = (typeof errorCodes)[number];

/**
 * Every failure that a client can act on, one class each. A failure is returned as data where the field lists it (GraphQL mutations) and as
 * `extensions.code` elsewhere. Anything that is not a `DomainError` is a bug: it is logged, and clients see only a reference. Messages never
 * contain personal data.
 */
export abstract class DomainError extends Error {
  abstract readonly code: ErrorCode;
  /**
   * The path to the input field that caused the failure, outermost first; null if no field did. Clients see it as `path`. It has another name
   * here because graphql-js mistakes an error with a `path` for one of its own.
   */
  readonly inputPath: string[] | null = null;
}

/** A rule with the place where it is broken. */
export const atPath = (path: Path, rule: string): string => (path.length === 0 ? rule : `${path.join('.')}: ${rule}`);

export type Path = readonly (string | number)[];

export const violationRules = ['REQUIRED', 'LENGTH', 'RANGE', 'FORMAT', 'UNIQUE', 'CONSISTENCY'] as const;
export type ViolationRule = (typeof violationRules)[number];

/** A broken rule, the path to the field that breaks it, outermost first, and an explanation such as "must not be empty". */
export interface Violation {
  path: Path;
  message: string;
  /** Default: CONSISTENCY. */
  rule?: ViolationRule;
}

/** The most violations that a failure lists. */
export const MOST_VIOLATIONS = 100;

/** The input breaks rules. `violations` lists them all, or the first 100; `inputPath` and the message are about the first, and the message counts the others. */
export class InvalidInput extends DomainError {
  readonly code = 'INVALID_INPUT';
  override readonly inputPath: string[];
  readonly violations: readonly Required<Violation>[];

  constructor(
    path: Path,
    message: string,
    rule: ViolationRule | undefined = undefined,
    others: readonly Violation[] = [],
  ) {
    super(`${atPath(path, message)}${others.length === 0 ? '' : ` (and ${others.length} more)`}`);
    this.inputPath = path.map(String);
    this.violations = [{ path, message, rule }, ...others]
      .slice(0, MOST_VIOLATIONS)
      .map(({ path, message, rule = 'CONSISTENCY' }) => ({ path, message, rule }));
  }
}

/** Throws InvalidInput if there are violations. */
export function mustBeValid([first, ...others]: readonly Violation[]): void {
  if (first) throw new InvalidInput(first.path, first.message, first.rule, others);
}

export class ChannelNotFound extends DomainError {
  readonly code = 'CHANNEL_NOT_FOUND';
  constructor(readonly channel: string) {
    super(`There is no channel "${channel}".`);
  }
}

export class ChannelExists extends DomainError {
  readonly code = 'CHANNEL_EXISTS';
  override readonly inputPath = ['code'];
  constructor(readonly channel: string) {
    super(`The channel "${channel}" already exists, with different settings.`);
  }
}

export class CustomerNotFound extends DomainError {
  readonly code = 'CUSTOMER_NOT_FOUND';
  constructor() {
    super('There is no such customer in this channel.');
  }
}

/** The UUID, the idempotency key of a creation, was used before with different data. */
export class UuidConflict extends DomainError {
  readonly code = 'UUID_CONFLICT';
  override readonly inputPath = ['uuid'];
  constructor(
    readonly uuid: string,
    what: 'customer' | 'transaction' | 'shift',
  ) {
    super(`The UUID ${uuid} belongs to a ${what} that was created with different data.`);
  }
}

/**
 * Headquarters has set the creation of a customer aside while its channel waited for the account ID. The customer is stored in its channel and
 * gets an account ID when a person has corrected the operation.
 */
export class CustomerRefused extends DomainError {
  readonly code = 'CUSTOMER_REFUSED';
  constructor(
    readonly uuid: string,
    /** What the operation says. */
    readonly reason: { errorCode: string | null; error: string | null },
  ) {
    super(`Headquarters refused the customer ${uuid}: ${reason.error}`);
  }
}

/** There is no record with this ID, or the viewer may not see it. */
export class NotFound extends DomainError {
  readonly code = 'NOT_FOUND';
  constructor(readonly what: string) {
    super(`There is no such ${what}.`);
  }
}

/** The state of the record does not allow the change. */
export class WrongState extends DomainError {
  readonly code = 'WRONG_STATE';
}

/** The token is missing or invalid. */
export class Unauthenticated extends DomainError {
  readonly code = 'UNAUTHENTICATED';
  constructor(reason = 'Send a valid token: "Authorization: Bearer …".') {
    super(reason);
  }
}

/** The viewer is authenticated but may not do this. */
export class Forbidden extends DomainError {
  readonly code = 'FORBIDDEN';
  constructor(what: string) {
    super(`This token does not allow ${what}.`);
  }
}

/** The sequence has no numbers left. Nothing was done halfway; work continues once the sequence is extended. */
export class NumberSequenceExhausted extends DomainError {
  readonly code = 'NUMBER_SEQUENCE_EXHAUSTED';
  constructor(
    readonly sequence: string,
    readonly largest: number,
  ) {
    super(`The number sequence "${sequence}" is exhausted at ${largest}. Extend it, then run the job again.`);
  }
}

/**
 * What a channel database sends does not continue what headquarters received from it, so it was restored from a backup or replaced. Nothing is
 * skipped silently: an operator decides.
 */
export class ChannelDatabaseRewound extends DomainError {
  readonly code = 'CHANNEL_DATABASE_REWOUND';
  constructor(readonly database: string) {
    super(
      `The channel database "${database}" does not continue what headquarters received from it, so it was restored or replaced. ` +
        'Adopt it (adoptChannelDatabase) to upload its log again.',
    );
  }
}

/**
 * A channel knows more than headquarters has done, so headquarters was restored from an older backup. Continuing would assign some account IDs
 * twice. Headquarters assigns no numbers until an operator accepts the backup.
 */
export class HeadquartersRewound extends DomainError {
  readonly code = 'HEADQUARTERS_REWOUND';
  constructor(readonly database: string) {
    super(
      `The channel database "${database}" has applied more than headquarters has done, so headquarters was restored from an older backup. ` +
        'It assigns no account IDs or other numbers, because they could have been assigned before. ' +
        'Restore a newer backup of headquarters, or continue with this one (acceptRestoredHeadquarters).',
    );
  }
}

/** Headquarters is missing, although it existed: channel databases contain account IDs. */
export class HeadquartersMissing extends DomainError {
  readonly code = 'HEADQUARTERS_MISSING';
  constructor(readonly databases: readonly string[]) {
    super(
      `Headquarters' database is missing or empty, but channel databases already contain account IDs (${databases.join(', ')}). ` +
        "Restore headquarters' database from a backup, or check DATABASE_URL and DATA_DIR. To start over, move these channel databases away.",
    );
  }
}

/** A channel database has not answered since the server started, so it is unknown whether headquarters was restored from an older backup. */
export class HeadquartersUnproven extends DomainError {
  readonly code = 'HEADQUARTERS_UNPROVEN';
  constructor(readonly databases: readonly string[]) {
    super(
      `These channel databases have not answered since the server started: ${databases.join(', ')}. If headquarters was restored from a backup, ` +
        'they may know account IDs that it would assign again. It assigns no numbers until they answer or are declared lost (acceptRestoredHeadquarters).',
    );
  }
}

/** A cursor that the list or feed never issued, or issued before its database was restored. */
export class CursorInvalid extends DomainError {
  readonly code = 'CURSOR_INVALID';
  override readonly inputPath = ['after'];
  constructor() {
    super(
      'This cursor does not belong to this list or feed. Start over without a cursor; in a feed, match customers by UUID.',
    );
  }
}

/** The result is too large to read at once. */
export class TooLarge extends DomainError {
  readonly code = 'TOO_LARGE';
  constructor(options?: ErrorOptions) {
    super('The result is too large to read at once. Request less.', options);
  }
}

/** A database cannot be reached or opened. Unless the message gives a reason, trying again may help. */
export class DatabaseUnavailable extends DomainError {
  readonly code = 'DATABASE_UNAVAILABLE';
  /** `reason` is what an operator has to fix first; without one, trying again may help. */
  constructor(
    readonly database: string,
    { reason, ...options }: ErrorOptions & { reason?: string | undefined } = {},
  ) {
    super(
      reason
        ? `The database "${database}" is not available: ${reason}.`
        : `The database "${database}" is not available right now. Try again.`,
      options,
    );
  }
}

/** For `.catch()`: the value to use while a database is unavailable. A channel keeps working while headquarters is down. */
export const whenUnavailable =
  <Fallback>(fallback: Fallback) =>
  (error: unknown): Fallback => {
    if (error instanceof DatabaseUnavailable) return fallback;
    throw error;
  };

/** The process died each time it worked on this run, without committing anything in between. */
export class RunCrashed extends DomainError {
  readonly code = 'RUN_CRASHED';
  constructor() {
    super(
      'The server process died twice while working on this run, so the run is not resumed again. Find out what ended the process ' +
        '(usually an oversized record that used up its memory), then retry the run. Until then, scheduled and live runs of this job for ' +
        'these channels are delayed, longer after each crash, by at most an hour.',
    );
  }
}

/** A folder cannot be used for embedded databases. The message says why and what to do. */
export class FolderRefused extends Error {}

/** Another program is listening on the port. */
export class PortInUse extends Error {}
