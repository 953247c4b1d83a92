import { firstOperations } from '../../data/hq/operation.bulk.ts';
import {
  type OperationFilter,
  type CustomerOperation as OperationRow,
  operationBySequence,
  operationPage,
  type operationStates,
} from '../../data/hq/operation.ts';
import { correct, retryAll, retryOne } from '../../domain/operation.ts';
import { kindOf, kinds } from '../../domain/operations/index.ts';
import { InvalidInput, NotFound, WrongState } from '../../errors.ts';
import { requiredId } from '../arguments.ts';
import { auditTrail } from '../audit/audit.ts';
import { builder } from '../builder.ts';
import { channelField, channelOf } from '../channel/channel.ts';
import { errorField } from '../failures.ts';
import { keysetConnection, listOfEach, numberKey } from '../keyset.ts';
import { type ChannelKey, firstLoader, keyText } from '../loader.ts';
import { ofChannel } from '../scopes.ts';
import {
  channelNode,
  enumOf,
  idInput,
  numberId,
  oneByOne,
  operatorMutation,
  retryFailed,
  valueOrNull,
} from '../vocabulary.ts';
import { AddressPurpose, Customer } from './customer.ts';
import { inputFields } from './fields.ts';

const OperationState = enumOf<(typeof operationStates)[number]>(
  'CustomerOperationState',
  'The state of an operation at headquarters.',
  {
    PENDING: 'Received. The next customer synchronization applies it, or tries it again after `nextTryAt`.',
    WAITING:
      'Waiting because an earlier operation of the same customer has a problem. Continues automatically once that is resolved.',
    FAILED: 'Set aside with a reason until a person retries or corrects it. Other customers are not affected.',
    SYNCED: 'Applied at headquarters.',
  },
);

const UNKNOWN = 'UNKNOWN';
const OperationKind = enumOf<string>('CustomerOperationKind', 'What the channel did.', {
  ...Object.fromEntries(
    kinds.flatMap(({ name, description }) => (description === undefined ? [] : [[name, description]])),
  ),
  [UNKNOWN]: 'Written to the channel’s log by other software, and unknown to headquarters.',
});

const CustomerOperation = channelNode<OperationRow, number>('CustomerOperation', {
  parse: numberId,
  keyOf: ({ sequence }) => sequence,
  read: oneByOne(operationBySequence),
});

/** The first operations of a customer. */
const firstOf = firstLoader<ChannelKey & { limit: number }, OperationRow>(
  (keys, limit, { hq }) => hq.read((db) => firstOperations(db, [...new Set(keys.map(({ uuid }) => uuid))], limit)),
  keyText,
  ({ channel, customerUuid }) => keyText({ channel, uuid: customerUuid }),
);

CustomerOperation.implement({
  description:
    'A change that a channel made to a customer, as headquarters received it. Operations of one customer are applied in the order in which they were made.',
  fields: (t) => ({
    kind: t.field({
      type: OperationKind,
      description: 'What the channel did.',
      resolve: (operation) => (kindOf(operation)?.description === undefined ? UNKNOWN : operation.kind),
    }),
    state: t.expose('state', { type: OperationState, description: 'The state at headquarters.' }),
    channel: channelField(t, 'The channel that did it.'),
    customerUuid: t.expose('customerUuid', { type: 'UUID', description: 'The UUID of the customer.' }),
    counter: t.expose('counter', {
      type: 'BigInt',
      description: 'The replication counter: the position in the log of the channel database.',
    }),
    corrected: t.exposeBoolean('corrected', { description: 'Whether an operator corrected what the channel sent.' }),
    tryCount: t.exposeInt('tryCount', { description: 'The number of failures since it was received or retried.' }),
    nextTryAt: valueOrNull(t, 'DateTime', 'nextTryAt', 'When it is tried again automatically. Null if it is not.'),
    error: errorField(t, 'The reason for the last failure; the message names the field and the rule that it breaks.'),
    createdAt: t.expose('createdAt', { type: 'DateTime', description: 'When the channel did it.' }),
    receivedAt: t.expose('receivedAt', { type: 'DateTime', description: 'When headquarters received it.' }),
    synchronizedBy: t.exposeString('synchronizedBy', {
      nullable: true,
      description:
        'The order or sale that synchronized it, as `order <uuid>` or `sale <uuid>`. Null if the customer job did.',
    }),
    completedAt: valueOrNull(t, 'DateTime', 'completedAt', 'When it was applied. Null until then.'),
    auditTrail: auditTrail(t, 'operation', ({ sequence }) => `CustomerOperation:${sequence}`),
  }),
});

const OperationConnection = builder.connectionObject(
  { type: CustomerOperation, name: 'CustomerOperationConnection' },
  { name: 'CustomerOperationEdge' },
);

builder.queryField('customerOperations', (t) =>
  t.connection(
    {
      type: CustomerOperation,
      nullable: true,
      description:
        'The operations that headquarters received, newest first. `states: [FAILED]` lists those that need a person.',
      args: {
        states: t.arg({ type: [OperationState], description: 'Only operations in one of these states.' }),
        channel: t.arg.string({ description: 'Only operations of this channel.' }),
      },
      authScopes: ofChannel,
      resolve: (_root, args, context) => {
        const filter: OperationFilter = {
          channel: channelOf(context, args.channel),
          states: args.states?.length ? args.states : undefined,
        };
        return keysetConnection<number, OperationRow>(
          { args, keyFrom: numberKey, descending: true },
          ({ sequence }) => sequence,
          (page) => context.hq.read((db) => operationPage(db, filter, page)),
        );
      },
    },
    OperationConnection,
  ),
);

builder.objectField(Customer, 'operations', (t) =>
  t.connection(
    {
      type: CustomerOperation,
      description: 'The operations on the customer, as headquarters received them, oldest first.',
      resolve: ({ uuid, channel }, args, context) =>
        listOfEach<OperationRow>(
          args,
          'ASC',
          ({ sequence }) => sequence,
          (limit) => firstOf(context).load({ uuid, channel, limit }),
          (page) => context.hq.read((db) => operationPage(db, { customerUuid: uuid, channel }, page)),
        ),
    },
    OperationConnection,
  ),
);

const CorrectAddressInput = builder.inputType('CorrectAddressInput', {
  description: 'Corrections to an address. Omitted fields keep their values; null clears a field.',
  fields: (t) => ({
    uuid: t.field({ type: 'UUID', required: true, description: 'The UUID of an address in the operation.' }),
    purpose: t.field({ type: AddressPurpose, description: 'What the address is used for.' }),
    ...inputFields(t, 'address'),
    country: t.field({ type: 'CountryCode', description: 'Country of the address, such as `US`.' }),
  }),
});

const CorrectInput = builder.inputType('CorrectCustomerOperationInput', {
  description: 'Corrections to a failed operation. Omitted fields stay as the channel sent them; null clears a field.',
  fields: (t) => ({
    id: t.field(requiredId(CustomerOperation, 'The `id` of the operation, which must be FAILED.')),
    ...inputFields(t, 'all'),
    addresses: t.field({ type: [CorrectAddressInput], description: 'The addresses to correct.' }),
  }),
});

operatorMutation('retryCustomerOperation', {
  type: CustomerOperation,
  input: idInput('RetryCustomerOperationInput', CustomerOperation, 'The failed operation to retry.'),
  inputDescription: 'The operation to retry.',
  description: 'Retries a failed operation from scratch. Later operations that were waiting for it continue too.',
  may: 'retrying operations',
  failures: [NotFound, WrongState],
  run: (tx, { id }, { actor, at }) => retryOne(tx, id, actor, at),
  afterCommit: ({ channel }, { notice }) => notice(channel),
});

retryFailed('CustomerOperations', 'RetriedOperations', 'operations', (tx, channel, { actor, at }) =>
  retryAll(tx, channel, actor, at),
);

operatorMutation('correctCustomerOperation', {
  type: CustomerOperation,
  input: CorrectInput,
  inputDescription: 'The operation and the corrected values.',
  description:
    'Corrects the values of a failed operation and retries it. The corrected values must follow the rules. The audit trail records each change, and 1010 delivers the values to the channel.',
  may: 'correcting operations',
  failures: [InvalidInput, NotFound, WrongState],
  run: (tx, { id, addresses, ...customer }, { actor, at }) =>
    correct(tx, id, { customer, addresses: addresses ?? [] }, actor, at),
  afterCommit: ({ channel }, { notice }) => notice(channel),
});
