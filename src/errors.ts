export const errorCodes = [
  'INVALID_INPUT',
  'CHANNEL_NOT_FOUND',
  'CHANNEL_EXISTS',
  'CUSTOMER_EXISTS',
  'CUSTOMER_NOT_FOUND',
  'TRANSACTION_EXISTS',
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
] as const;
export type ErrorCode = (typeof errorCodes)[number];

/**
 * Every failure that a client can act on, one class each. A failure is answered as data where the field lists it
 * (GraphQL mutations) and as `extensions.code` elsewhere. Anything that is not a `DomainError` is a bug: it is
 * logged and reaches clients masked. Messages never hold personal data.
 */
export abstract class DomainError extends Error {
  abstract readonly code: ErrorCode;
  /**
   * Where in the input the failure lies, from the outermost field inwards; null when it is not about a field. Clients see it as
   * `path`; it is not called so here, because graphql-js takes an error with a `path` for one of its own.
   */
  readonly inputPath: string[] | null = null;
}

/** The input breaks a rule. `path` names the field. */
export class InvalidInput extends DomainError {
  readonly code = 'INVALID_INPUT';
  override readonly inputPath: string[];
  constructor(path: (string | number)[], rule: string) {
    super(path.length === 0 ? rule : `${path.join('.')}: ${rule}`);
    this.inputPath = path.map(String);
  }
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
    super(`There is a channel "${channel}" already, with other settings.`);
  }
}

/** The UUID is the idempotency key of creation: it was used before with another body. */
export class CustomerExists extends DomainError {
  readonly code = 'CUSTOMER_EXISTS';
  override readonly inputPath = ['id'];
  constructor(readonly uuid: string) {
    super(`The UUID ${uuid} belongs to a customer that was created with other data.`);
  }
}

export class CustomerNotFound extends DomainError {
  readonly code = 'CUSTOMER_NOT_FOUND';
  constructor() {
    super('There is no such customer in this channel.');
  }
}

/** The UUID is the idempotency key of recording: it was used before for a transaction or shift that says something else. */
export class TransactionExists extends DomainError {
  readonly code = 'TRANSACTION_EXISTS';
  override readonly inputPath = ['id'];
  constructor(
    readonly uuid: string,
    what = 'transaction',
  ) {
    super(`The UUID ${uuid} belongs to a ${what} that was recorded with other data.`);
  }
}

/** A record named by its id does not exist, or not for this viewer. */
export class NotFound extends DomainError {
  readonly code = 'NOT_FOUND';
  constructor(readonly what: string) {
    super(`There is no such ${what}.`);
  }
}

/** The record is in a state in which this cannot be done. */
export class WrongState extends DomainError {
  readonly code = 'WRONG_STATE';
}

/** The request carries no valid token. */
export class Unauthenticated extends DomainError {
  readonly code = 'UNAUTHENTICATED';
  constructor(reason = 'Send a valid token: "Authorization: Bearer …".') {
    super(reason);
  }
}

/** The viewer is known and may not do this. */
export class Forbidden extends DomainError {
  readonly code = 'FORBIDDEN';
  constructor(what: string) {
    super(`This token does not allow ${what}.`);
  }
}

/** Numbers ran out. Nothing was half-done; everything goes on after the sequence is extended. */
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
 * What a channel database sends does not continue what headquarters received from it: it was restored from a
 * backup or replaced. Nothing is skipped silently; an operator decides.
 */
export class ChannelDatabaseRewound extends DomainError {
  readonly code = 'CHANNEL_DATABASE_REWOUND';
  constructor(readonly database: string) {
    super(
      `The channel database "${database}" does not continue what headquarters received from it: it was restored or replaced. ` +
        'Adopt it (adoptChannelDatabase) to upload its log again.',
    );
  }
}

/**
 * A channel knows more than headquarters has done: headquarters was restored from an older backup. Going on would give account IDs a
 * second time. It stays so until an operator lifts it.
 */
export class HeadquartersRewound extends DomainError {
  readonly code = 'HEADQUARTERS_REWOUND';
  constructor(readonly database: string) {
    super(
      `The channel database "${database}" has applied more than headquarters has done: headquarters was restored from an older backup. ` +
        'No account ID and no other number is given, because it could be one that was given before. ' +
        'Restore a newer backup of headquarters, or go on with this one (acceptRestoredHeadquarters).',
    );
  }
}

/** There is no headquarters, and there was one: channel databases hold account IDs. */
export class HeadquartersMissing extends DomainError {
  readonly code = 'HEADQUARTERS_MISSING';
  constructor(readonly databases: readonly string[]) {
    super(
      `Headquarters' database is missing or empty, and channel databases hold account IDs already (${databases.join(', ')}). ` +
        "Restore headquarters' database from a backup, or check DATABASE_URL and DATA_DIR. To begin anew, move these channel databases away.",
    );
  }
}

/** A channel database could not be asked since the start whether headquarters was restored from an older backup. */
export class HeadquartersUnproven extends DomainError {
  readonly code = 'HEADQUARTERS_UNPROVEN';
  constructor(readonly databases: readonly string[]) {
    super(
      `Channel databases do not answer, and have not since the start: ${databases.join(', ')}. They could know account IDs that headquarters, ` +
        'if it was restored from a backup, would give again. No number is given until they answer, or are named as lost (acceptRestoredHeadquarters).',
    );
  }
}

/** A feed cursor that this feed never gave out, or gave out before its database was restored. Begin again without a cursor. */
export class CursorInvalid extends DomainError {
  readonly code = 'CURSOR_INVALID';
  override readonly inputPath = ['after'];
  constructor() {
    super('This cursor does not belong to this feed. Begin again without a cursor and compare by UUID.');
  }
}

/** What was asked for is more than can be read at once. */
export class TooLarge extends DomainError {
  readonly code = 'TOO_LARGE';
  constructor(options?: ErrorOptions) {
    super('What was asked for is too large to be read at once. Ask for less.', options);
  }
}

/** A database cannot be reached or opened. Unless it says why, the request may be repeated. */
export class DatabaseUnavailable extends DomainError {
  readonly code = 'DATABASE_UNAVAILABLE';
  /** `reason` names what an operator has to mend first; without one, trying again may help. */
  constructor(
    readonly database: string,
    { reason, ...options }: ErrorOptions & { reason?: string | undefined } = {},
  ) {
    super(
      reason
        ? `The database "${database}" is not available: ${reason}.`
        : `The database "${database}" is not available now. Try again.`,
      options,
    );
  }
}

/** For `.catch()`: what to use instead while a database is unavailable. A channel works while headquarters is down. */
export const whenUnavailable =
  <Fallback>(fallback: Fallback) =>
  (error: unknown): Fallback => {
    if (error instanceof DatabaseUnavailable) return fallback;
    throw error;
  };

/** The process died each time that it worked on this run, and nothing was committed in between. */
export class RunCrashed extends DomainError {
  readonly code = 'RUN_CRASHED';
  constructor() {
    super(
      'The process of headquarters died twice while it worked on this run, so it is not resumed again. Find out what ended the process ' +
        '(most often an oversized record that used up its memory), then retry the run. Until then, scheduled and live runs of this job for ' +
        'these channels are held back, longer after each crash and an hour at most.',
    );
  }
}
