import * as errors from '../errors.ts';
import { atMost } from './arguments.ts';
import { builder } from './builder.ts';
import { enumOf, type Types } from './vocabulary.ts';

/** The meaning of each error code. */
export const errorMeanings: Readonly<Record<errors.ErrorCode, string>> = {
  INVALID_INPUT: 'The input breaks a rule.',
  CHANNEL_NOT_FOUND: 'There is no channel with this code.',
  CHANNEL_EXISTS: 'The code belongs to a channel with different settings.',
  CUSTOMER_NOT_FOUND: 'The channel has no such customer.',
  UUID_CONFLICT: 'The UUID belongs to a customer, order, sale, or shift with different data.',
  CUSTOMER_REFUSED: 'Headquarters refused a customer that a channel created synchronously. Correct its operation.',
  NOT_FOUND: 'There is no such record, or you may not see it.',
  WRONG_STATE: 'The state of the record does not allow it.',
  UNAUTHENTICATED: 'The token is missing or invalid.',
  FORBIDDEN: 'The token does not allow it.',
  NUMBER_SEQUENCE_EXHAUSTED: 'A number sequence has no numbers left. Extend it, then run the job again.',
  CHANNEL_DATABASE_REWOUND: 'A channel database was restored or replaced. Adopt it to upload its log again.',
  HEADQUARTERS_REWOUND:
    'Headquarters was restored from a backup older than what its channels know, so it assigns no account IDs or other numbers.',
  HEADQUARTERS_UNPROVEN:
    'A channel database has not answered since the server started, and may know account IDs that headquarters has forgotten.',
  HEADQUARTERS_MISSING:
    'Headquarters is missing while channel databases contain account IDs. The server does not start, so clients never see this code.',
  CURSOR_INVALID: 'The cursor does not belong to this list or feed. Start over without one.',
  TOO_LARGE: 'The result is too large to read at once. Request less.',
  DATABASE_UNAVAILABLE: 'A database does not answer right now. Try again.',
  RUN_CRASHED: 'The process died twice while working on a run. Find out why, then retry the run.',
  ASYNC_CUSTOMER_SYNC_FAILED: 'The customer of an order or sale was set aside. Correct its failed operation.',
  ASYNC_ADDRESS_SYNC_FAILED: 'The delivery address of an order or sale was set aside. Correct its failed operation.',
  ASYNC_CUSTOMER_NOT_UPLOADED: 'The customer of an order or sale has not been uploaded yet.',
  ASYNC_ADDRESS_NOT_UPLOADED: 'The delivery address of an order or sale has not been uploaded yet.',
  CUSTOMER_WITHOUT_ACCOUNT: 'The customer of a sale has no account ID yet.',
  DUPLICATE_TRANSACTION: 'Another transaction already has the confirmation number.',
  VALIDATION_ERROR: 'A sale breaks a validation rule.',
  STATEMENT_OUT_OF_BALANCE: 'The debits and credits of a statement differ.',
  STATEMENT_TOTALS_CHANGED: 'The sales of a statement no longer have the totals that were calculated.',
  COUNTING_DIFFERENCE: 'What was counted in the tills differs by more than the channel allows.',
  INTERNAL: 'An unexpected error. The headquarters log has the details.',
};

export const ErrorCode = enumOf<errors.ErrorCode>(
  'ErrorCode',
  'The kind of failure. Programs should rely on the code: messages are for people and may change.',
  errorMeanings,
);

const Failure = builder.interfaceRef<errors.DomainError>('Failure').implement({
  description:
    'The reason why a mutation did not succeed, in a form that a client can act on. It changed nothing, except where the type of the failure says so. Every failure has these fields.',
  fields: (t) => ({
    errorCode: t.expose('code', { type: ErrorCode, description: 'The kind of failure.' }),
    message: t.exposeString('message', { description: 'An explanation for people. Contains no personal data.' }),
    path: t.stringList({
      nullable: true,
      description:
        'The path to the input field that caused the failure, outermost first: `["addresses", "0", "country"]`. Null if no field did.',
      resolve: ({ inputPath }) => inputPath,
    }),
  }),
});

/** A reason that a job recorded. */
export interface RecordedError {
  errorCode: string | null;
  error: string | null;
}

export const ProcessingError = builder.objectRef<RecordedError>('ProcessingError').implement({
  description: 'The reason why something was set aside, is waiting, or failed.',
  fields: (t) => ({
    errorCode: t.field({
      type: ErrorCode,
      description: 'The kind of failure.',
      resolve: ({ errorCode }) => errorCode as errors.ErrorCode,
    }),
    message: t.string({
      description: 'An explanation for people. Contains no personal data.',
      resolve: ({ error }) => error ?? '',
    }),
  }),
});

/** A field for the reason that a job recorded in the row; null if there is none. */
export const errorField = <Row extends RecordedError>(
  t: PothosSchemaTypes.ObjectFieldBuilder<Types, Row>,
  description: string,
) =>
  t.field({
    type: ProcessingError,
    nullable: true,
    description,
    resolve: (row) => (row.errorCode === null ? null : row),
  });

const ViolationRule = enumOf<errors.ViolationRule>('ViolationRule', 'The kind of rule that an input breaks.', {
  REQUIRED: 'A value is missing.',
  LENGTH: 'A text or list is too short or too long.',
  RANGE: 'A number, amount, or date is too small or too large.',
  FORMAT: 'The value is not written as the field requires.',
  UNIQUE: 'The value appears twice, or belongs to another record.',
  CONSISTENCY: 'The value contradicts another field or a record.',
});

const Violation = builder.objectRef<Required<errors.Violation>>('Violation').implement({
  description: 'A rule that the input breaks.',
  fields: (t) => ({
    path: t.stringList({
      description:
        'The path to the input field, outermost first: `["addresses", "0", "country"]`. Empty if the rule is about the input as a whole.',
      resolve: ({ path }) => path.map(String),
    }),
    rule: t.expose('rule', { type: ViolationRule, description: 'The kind of rule.' }),
    message: t.exposeString('message', {
      description: 'The rule, for people: "must not be empty". Contains no personal data.',
    }),
  }),
});

function failure<Class extends new (...args: never[]) => errors.DomainError>(type: Class, description: string): Class {
  // Pothos infers the shape from the class. The cast only tells it that every class here is a DomainError.
  builder.objectType(type as unknown as new () => errors.DomainError, {
    name: type.name,
    description,
    interfaces: [Failure],
  });
  return type;
}

builder.objectType(errors.InvalidInput as unknown as new () => errors.InvalidInput, {
  name: 'InvalidInput',
  description: 'The input breaks rules. `violations` lists them; `path` and `message` are about the first.',
  interfaces: [Failure],
  fields: (t) => ({
    violations: t.field({
      type: [Violation],
      ...atMost(errors.MOST_VIOLATIONS),
      description: `Every rule that the input breaks. If there are more than ${errors.MOST_VIOLATIONS}, the first ${errors.MOST_VIOLATIONS}: the message says how many more.`,
      resolve: ({ violations }) => [...violations],
    }),
  }),
});
failure(errors.Forbidden, 'The token does not allow it.');
failure(errors.ChannelNotFound, 'There is no channel with this code.');
failure(errors.ChannelExists, 'A channel with this code already exists and has different settings.');
failure(
  errors.UuidConflict,
  'This UUID was used before with different data. The UUID is the idempotency key of a creation.',
);
builder.objectType(errors.CustomerRefused as unknown as new () => errors.CustomerRefused, {
  name: 'CustomerRefused',
  description:
    'Headquarters has set the creation of this customer aside while its channel, which is in synchronous mode, waited for the account ID. Unlike after other failures, the customer is stored: it remains in its channel without an account ID, `attention` shows it to operators, and it gets its account ID when one of them has corrected its operation. Sending the same input again returns the same failure until then.',
  interfaces: [Failure],
  fields: (t) => ({
    uuid: t.expose('uuid', { type: 'UUID', description: 'The UUID of the customer.' }),
    reason: t.field({
      type: ProcessingError,
      description: 'What headquarters refused.',
      resolve: ({ reason }) => reason,
    }),
  }),
});
failure(errors.CustomerNotFound, 'The channel has no such customer.');
failure(
  errors.HeadquartersUnproven,
  'A channel database does not answer, and may know account IDs that headquarters has forgotten.',
);
failure(errors.NotFound, 'There is no such record, or you may not see it.');
failure(errors.WrongState, 'The state of the record does not allow this change.');
