import * as errors from '../errors.ts';
import { builder } from './builder.ts';
import { enumOf } from './vocabulary.ts';

const ErrorCode = enumOf<errors.ErrorCode>(
  'ErrorCode',
  'What kind of failure it is. Programs decide by this; messages are for people and may change.',
  {
    INVALID_INPUT: 'The input breaks a rule.',
    CHANNEL_NOT_FOUND: 'There is no channel with this code.',
    CHANNEL_EXISTS: 'The code belongs to a channel with other settings.',
    CUSTOMER_EXISTS: 'The UUID belongs to a customer with other data.',
    CUSTOMER_NOT_FOUND: 'The channel has no such customer.',
    TRANSACTION_EXISTS: 'The UUID belongs to an order, sale or shift with other data.',
    NOT_FOUND: 'There is no such record.',
    WRONG_STATE: 'The state of the record does not allow it.',
    UNAUTHENTICATED: 'No valid token was sent.',
    FORBIDDEN: 'The token does not allow it.',
    NUMBER_SEQUENCE_EXHAUSTED: 'No account ID is left; extend the sequence and run again.',
    CHANNEL_DATABASE_REWOUND: 'A channel database was restored or replaced; adopt it to upload again.',
    HEADQUARTERS_REWOUND:
      'Headquarters was restored from a backup older than what its channels have; no account ID and no other number is given.',
    HEADQUARTERS_UNPROVEN:
      'A channel database has not answered since the start: it may know that headquarters was restored from an older backup.',
    HEADQUARTERS_MISSING:
      'There is no headquarters, while channel databases hold account IDs: the server does not start. Clients never see it.',
    CURSOR_INVALID: 'The cursor does not belong to this feed; begin again without one.',
    TOO_LARGE: 'What was asked for is too large to be read at once; ask for less.',
    DATABASE_UNAVAILABLE: 'A database does not answer now; try again.',
    RUN_CRASHED: 'The process died twice while it worked on a run; find out why, then retry the run.',
  },
);

export const Failure = builder.interfaceRef<errors.DomainError>('Failure').implement({
  description: 'Why a mutation changed nothing, in a form that a client can act on. Every failure has these fields.',
  fields: (t) => ({
    code: t.expose('code', { type: ErrorCode, description: 'The kind of failure.' }),
    message: t.exposeString('message', { description: 'A sentence for a person. It holds no personal data.' }),
    path: t.stringList({
      nullable: true,
      description:
        'The input field that it is about, from the outermost inwards, e.g. `["addresses", "0", "country"]`. Null when it is about no field.',
      resolve: ({ inputPath }) => inputPath,
    }),
  }),
});

function failure<Class extends new (...args: never[]) => errors.DomainError>(type: Class, description: string): Class {
  // Pothos infers the shape from the class; the cast only tells it that every class here is a DomainError.
  builder.objectType(type as unknown as new () => errors.DomainError, {
    name: type.name,
    description,
    interfaces: [Failure],
  });
  return type;
}

failure(errors.InvalidInput, 'The input breaks a rule; `path` names the field and `message` the rule.');
failure(errors.ChannelNotFound, 'There is no channel with this code.');
failure(errors.ChannelExists, 'A channel with this code exists already and has other settings.');
failure(
  errors.CustomerExists,
  'This UUID was used before for a customer with other data. A UUID is the idempotency key of creation.',
);
failure(errors.CustomerNotFound, 'The channel has no customer with this UUID.');
failure(
  errors.TransactionExists,
  'This UUID was used before for an order, sale or shift that says something else. A UUID is the idempotency key of recording.',
);
failure(
  errors.HeadquartersUnproven,
  'A channel database does not answer, and may know account IDs that headquarters has forgotten.',
);
failure(errors.NotFound, 'There is no such record, or it is not yours to see.');
failure(errors.WrongState, 'The record is in a state in which this cannot be done.');
