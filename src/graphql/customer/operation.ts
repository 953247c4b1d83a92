import { firstOperations } from '../../data/hq/operation.bulk.ts';
import {
  areUnfinished,
  countOperations,
  type OperationFilter as Filter,
  type CustomerOperation as OperationRow,
  operationBySequence,
  operationPage,
  type operationStates,
} from '../../data/hq/operation.ts';
import { correct, retryAll, retryOne } from '../../domain/operation.ts';
import { kinds as allKinds, kindOf } from '../../domain/operations/index.ts';
import { InvalidInput, NotFound, type Violation, WrongState } from '../../errors.ts';
import { requiredId } from '../arguments.ts';
import { auditTrail } from '../audit/audit.ts';
import { builder } from '../builder.ts';
import { channelField, channelOf } from '../channel/channel.ts';
import { errorField } from '../failures.ts';
import {
  DateTimeRange,
  keysetConnection,
  listOfEach,
  numberKey,
  orderInput,
  rangesOf,
  type Sorting,
} from '../keyset.ts';
import { type ChannelKey, firstLoader, keyText } from '../loader.ts';
import { bySequence, fromHeadquarters } from '../order/loaders.ts';
import { RetailTransaction } from '../order/transaction.ts';
import { ofFilter } from '../scopes.ts';
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
import { Customer } from './customer.ts';
import { addressChanges, inputFields } from './fields.ts';

const OperationState = enumOf<(typeof operationStates)[number]>(
  'CustomerOperationState',
  'The state of an operation at headquarters.',
  {
    PENDING: 'Received. The next conversion applies it, or tries it again after `nextTryAt`.',
    WAITING:
      'Waiting because an earlier operation of the same customer has a problem. Continues automatically once that is resolved.',
    FAILED: 'Set aside with a reason until a person retries or corrects it. Other customers are not affected.',
    SYNCED: 'Applied at headquarters.',
  },
);

const UNKNOWN = 'UNKNOWN';
const meanings = Object.fromEntries(
  allKinds.flatMap(({ name, description }) => (description === undefined ? [] : [[name, description]])),
);
const named = Object.keys(meanings);
const OperationKind = enumOf<string>('CustomerOperationKind', 'What the channel did.', {
  ...meanings,
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
    replicationCounter: t.expose('counter', {
      type: 'BigInt',
      description: 'The position of the operation in the log of its channel database: 1, 2, 3 …',
    }),
    corrected: t.exposeBoolean('corrected', { description: 'Whether an operator corrected what the channel sent.' }),
    tryCount: t.exposeInt('tryCount', { description: 'The number of failures since it was received or retried.' }),
    nextTryAt: valueOrNull(t, 'DateTime', 'nextTryAt', 'When it is tried again automatically. Null if it is not.'),
    error: errorField(t, 'The reason for the last failure; the message names the field and the rule that it breaks.'),
    createdAt: t.expose('createdAt', { type: 'DateTime', description: 'When the channel did it.' }),
    receivedAt: t.expose('receivedAt', { type: 'DateTime', description: 'When headquarters received it.' }),
    synchronizedBy: t.field({
      type: RetailTransaction,
      nullable: true,
      description:
        'The order or sale that needed the customer, so that the operation was applied together with it. Null if Synchronize customers applied it, and until then.',
      resolve: async ({ synchronizedBy }, _args, context) => {
        const transaction = synchronizedBy === null ? null : await bySequence(context).load(synchronizedBy);
        return transaction && fromHeadquarters(transaction);
      },
    }),
    completedAt: valueOrNull(t, 'DateTime', 'completedAt', 'When it was applied. Null until then.'),
    auditTrail: auditTrail(t, 'operation', ({ sequence }) => `CustomerOperation:${sequence}`),
  }),
});

const OperationConnection = builder.connectionObject(
  { type: CustomerOperation, name: 'CustomerOperationConnection' },
  { name: 'CustomerOperationEdge' },
);

const OperationOrder = orderInput('CustomerOperation', {
  RECEIVED_AT: { by: 'receivedAt', description: 'When headquarters received the operation.' },
  CREATED_AT: { by: 'createdAt', description: 'When the channel did it. Needs a channel or a customer in the filter.' },
});

const OperationFilter = builder.inputType('CustomerOperationFilter', {
  description: 'Limits a list of operations to those that match every field.',
  fields: (t) => ({
    channel: t.string({ description: 'Only operations of the channel with this code.' }),
    customerUuid: t.field({ type: 'UUID', description: 'Only operations on the customer with this UUID.' }),
    states: t.field({
      type: [OperationState],
      description: 'Only operations in one of these states. `[FAILED]` lists those that need a person.',
    }),
    kinds: t.field({
      type: [OperationKind],
      description: 'Only operations of these kinds. Needs `channel` or `customerUuid`.',
    }),
    receivedAt: t.field({
      type: DateTimeRange,
      description: 'Only operations that headquarters received in this period. Needs `channel` or `customerUuid`.',
    }),
    createdAt: t.field({
      type: DateTimeRange,
      description: 'Only what channels did in this period. Needs `channel` or `customerUuid`.',
    }),
  }),
});

builder.queryField('customerOperations', (t) =>
  t.connection(
    {
      type: CustomerOperation,
      nullable: true,
      description: 'What channels did with their customers, as headquarters received it.',
      args: {
        filter: t.arg({ type: OperationFilter, description: 'The operations to list. Default: all.' }),
        orderBy: t.arg({
          type: OperationOrder,
          description:
            'The order of the operations. Default: newest first, by CREATED_AT if the filter has `createdAt` and by RECEIVED_AT otherwise.',
        }),
      },
      authScopes: ofFilter,
      resolve: async (_root, args, context) => {
        const filter = filterOf(args.filter ?? {}, await channelOf(context, args.filter?.channel), args.orderBy);
        const { field, direction } = args.orderBy ?? {
          field: filter.createdAt ? 'createdAt' : 'receivedAt',
          direction: 'DESC',
        };
        return keysetConnection<number, OperationRow>(
          {
            args,
            keyFrom: numberKey,
            descending: direction === 'DESC',
            sort: field === 'receivedAt' && isInOrderOfArrival(filter) ? undefined : field,
            count: () => context.hq.read((db) => countOperations(db, filter)),
          },
          ({ sequence }) => sequence,
          (page) => context.hq.read((db) => operationPage(db, filter, page)),
        );
      },
    },
    OperationConnection,
  ),
);

/** Whether the index for a filter is in the order of arrival, which is that of `sequence`; that of a channel is in the order of `receivedAt`. */
const isInOrderOfArrival = ({ channel, customerUuid, states }: Filter): boolean =>
  channel === undefined || customerUuid !== undefined || areUnfinished(states);

/** Throws InvalidInput for a filter or an order that cannot match or has no index. */
function filterOf(
  { customerUuid, states, kinds, receivedAt, createdAt }: typeof OperationFilter.$inferInput,
  channel: string | undefined,
  orderBy: Sorting | null | undefined,
): Filter {
  const found: Violation[] = [];
  for (const [field, list] of Object.entries({ states, kinds }))
    if (list?.length === 0)
      found.push({ path: ['filter', field], message: 'must not be an empty list', rule: 'LENGTH' });
  if (channel === undefined && !customerUuid) {
    const needing = Object.entries({ kinds, receivedAt, createdAt }).filter(([, value]) => value);
    const message = 'needs a channel or a customer in the filter';
    for (const [field] of needing) found.push({ path: ['filter', field], message });
    if (orderBy?.field === 'createdAt') found.push({ path: ['orderBy', 'field'], message });
  }
  return {
    channel,
    customerUuid: customerUuid ?? undefined,
    ...rangesOf({ receivedAt, createdAt }, ['receivedAt', 'createdAt'], found),
    states: states ?? undefined,
    kinds: kinds ? kindsOf(kinds) : undefined,
  };
}

/** UNKNOWN is every kind that has no name here. */
function kindsOf(wanted: readonly string[]): Filter['kinds'] {
  if (!wanted.includes(UNKNOWN)) return { names: wanted, include: true };
  const names = named.filter((name) => !wanted.includes(name));
  return names.length === 0 ? undefined : { names, include: false };
}

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
  fields: (t) => addressChanges(t, 'The UUID of an address in the operation.'),
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
