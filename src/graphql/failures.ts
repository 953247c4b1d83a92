import * as errors from '../errors.ts';
import { builder } from './builder.ts';
import { enumOf } from './vocabulary.ts';

const ErrorCode = enumOf<errors.ErrorCode>(
  'ErrorCode',
  'The kind of failure. Programs should rely on the code: messages are for people and may change.',
  {
    INVALID_INPUT: 'The input breaks a rule.',
    CHANNEL_NOT_FOUND: 'There is no channel with this code.',
    CHANNEL_EXISTS: 'The code belongs to a channel with different settings.',
    CUSTOMER_EXISTS: 'The UUID belongs to a customer with different data.',
    CUSTOMER_NOT_FOUND: 'The channel has no such customer.',
    TRANSACTION_EXISTS: 'The UUID belongs to an order, sale, or shift with different data.',
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
  },
);

const Failure = builder.interfaceRef<errors.DomainError>('Failure').implement({
  description:
    'The reason why a mutation changed nothing, in a form that a client can act on. Every failure has these fields.',
  fields: (t) => ({
    code: t.expose('code', { type: ErrorCode, description: 'The kind of failure.' }),
    message: t.exposeString('message', { description: 'An explanation for people. Contains no personal data.' }),
    path: t.stringList({
      nullable: true,
      description:
        'The path to the input field that caused the failure, outermost first: `["addresses", "0", "country"]`. Null if no field did.',
      resolve: ({ inputPath }) => inputPath,
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

failure(errors.InvalidInput, 'The input breaks a rule. `path` points to the field, and `message` states the rule.');
failure(errors.ChannelNotFound, 'There is no channel with this code.');
failure(errors.ChannelExists, 'A channel with this code already exists and has different settings.');
failure(
  errors.CustomerExists,
  'This UUID was used before for a customer with different data. The UUID is the idempotency key of a creation.',
);
failure(errors.CustomerNotFound, 'The channel has no customer with this UUID.');
failure(
  errors.TransactionExists,
  'This UUID was used before for an order, sale, or shift with different data. The UUID is its idempotency key.',
);
failure(
  errors.HeadquartersUnproven,
  'A channel database does not answer, and may know account IDs that headquarters has forgotten.',
);
failure(errors.NotFound, 'There is no such record, or you may not see it.');
failure(errors.WrongState, 'The state of the record does not allow this change.');
