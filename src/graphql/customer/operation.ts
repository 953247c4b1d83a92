import { AuditEntry } from '../../data/hq/audit.ts';
import { firstOperations } from '../../data/hq/operation.bulk.ts';
import {
  type OperationFilter,
  type CustomerOperation as OperationRow,
  operationBySequence,
  operationPage,
  type operationStates,
} from '../../data/hq/operation.ts';
import { keysetPage } from '../../data/keyset-page.ts';
import { correct, retryAll, retryOne } from '../../domain/operation.ts';
import { kindOf, kinds } from '../../domain/operations/index.ts';
import { ChannelNotFound, InvalidInput, NotFound, WrongState } from '../../errors.ts';
import { builder } from '../builder.ts';
import { channelField, channelOf } from '../channel/channel.ts';
import { keysetConnection, listById, listOfEach, numberKey } from '../keyset.ts';
import { type ChannelKey, firstLoader, keyText } from '../loader.ts';
import { ofChannel } from '../scopes.ts';
import { channelNode, enumOf, idInput, numberId, oneByOne, operatorAction, operatorMutation } from '../vocabulary.ts';
import { AddressPurpose, Customer } from './customer.ts';
import { inputFields } from './fields.ts';

const OperationState = enumOf<(typeof operationStates)[number]>(
  'CustomerOperationState',
  'Where an operation stands at headquarters.',
  {
    PENDING: 'Received; it will be applied by the next customer synchronization, or tried again at `nextTryAt`.',
    WAITING: 'An earlier operation of the same customer is in trouble; it goes on by itself when that is mended.',
    FAILED: 'Set aside with a reason. It waits for somebody to retry or correct it; other customers go on.',
    SYNCED: 'Applied at headquarters.',
  },
);

const UNKNOWN = 'UNKNOWN';
const OperationKind = enumOf<string>('CustomerOperationKind', 'What was done in the channel.', {
  ...Object.fromEntries(
    kinds.flatMap(({ name, description }) => (description === undefined ? [] : [[name, description]])),
  ),
  [UNKNOWN]: 'Other software wrote it into the log of the channel; headquarters does not know it.',
});

export const Audit = builder.objectRef<AuditEntry>('AuditEntry').implement({
  description: 'Who changed what: one entry per field.',
  fields: (t) => ({
    at: t.expose('at', { type: 'DateTime', description: 'When.' }),
    actor: t.exposeString('actor', { description: 'Who.' }),
    action: t.exposeString('action', { description: 'By which mutation.' }),
    field: t.exposeString('field', {
      nullable: true,
      description: 'Which field; null when it is about the whole record.',
    }),
    oldValue: t.exposeString('oldValue', { nullable: true, description: 'What it was.' }),
    newValue: t.exposeString('newValue', { nullable: true, description: 'What it became.' }),
  }),
});

export const AuditEntryConnection = builder.connectionObject(
  { type: Audit, name: 'AuditEntryConnection' },
  { name: 'AuditEntryEdge' },
);

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
    'Something that a channel did to a customer, as headquarters received it. Operations of one customer are applied in the order they were made.',
  fields: (t) => ({
    kind: t.field({
      type: OperationKind,
      description: 'What was done.',
      resolve: (operation) => (kindOf(operation)?.description === undefined ? UNKNOWN : operation.kind),
    }),
    state: t.expose('state', { type: OperationState, description: 'Where it stands.' }),
    channel: channelField(t, 'Where it was done.'),
    customerUuid: t.expose('customerUuid', { type: 'UUID', description: 'To which customer.' }),
    counter: t.expose('counter', {
      type: 'BigInt',
      description: 'Replication counter: its place in the log of the channel database.',
    }),
    corrected: t.exposeBoolean('corrected', { description: 'Whether an operator corrected what the channel sent.' }),
    tryCount: t.exposeInt('tryCount', { description: 'How often it failed since it was received or retried.' }),
    nextTryAt: t.expose('nextTryAt', {
      type: 'DateTime',
      nullable: true,
      description: 'When it is tried again by itself.',
    }),
    errorCode: t.exposeString('errorCode', { nullable: true, description: 'Why it failed, for programs.' }),
    error: t.exposeString('error', {
      nullable: true,
      description: 'Why it failed, for people: the field and the rule.',
    }),
    createdAt: t.expose('createdAt', { type: 'DateTime', description: 'When it was done in the channel.' }),
    receivedAt: t.expose('receivedAt', { type: 'DateTime', description: 'When headquarters received it.' }),
    synchronizedBy: t.exposeString('synchronizedBy', {
      nullable: true,
      description: 'What synchronized it when it was not the customer job: `order <uuid>`, `sale <uuid>`.',
    }),
    completedAt: t.expose('completedAt', { type: 'DateTime', nullable: true, description: 'When it was applied.' }),
    auditTrail: t.connection(
      {
        type: Audit,
        nullable: true,
        description: 'What operators did to it, oldest first.',
        authScopes: { operator: 'reading the audit trail' },
        resolve: ({ sequence }, args, { hq }) => {
          const where = { subject: `customer-operation:${sequence}` };
          return listById(hq, args, (db, page) => keysetPage(db, AuditEntry, 'id', where, page));
        },
      },
      AuditEntryConnection,
    ),
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
        'Operations that headquarters received, newest first. `states: [FAILED]` lists what waits for a person.',
      args: {
        states: t.arg({ type: [OperationState], description: 'Only in one of these states.' }),
        channel: t.arg.string({ description: 'Only of this channel.' }),
      },
      authScopes: ofChannel,
      resolve: (_root, args, context) => {
        const channel = channelOf(context, args.channel);
        const filter: OperationFilter = {
          ...(channel === undefined ? {} : { channel }),
          ...(args.states?.length ? { states: args.states } : {}),
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
      description: 'What was done to it, as headquarters received it, oldest first.',
      resolve: ({ uuid, channel }, args, context) =>
        listOfEach<OperationRow>(
          args,
          'oldest first',
          ({ sequence }) => sequence,
          (limit) => firstOf(context).load({ uuid, channel, limit }),
          (page) => context.hq.read((db) => operationPage(db, { customerUuid: uuid, channel }, page)),
        ),
    },
    OperationConnection,
  ),
);

const RetryAllInput = builder.inputType('RetryFailedCustomerOperationsInput', {
  description: 'Which operations.',
  fields: (t) => ({ channel: t.string({ description: 'Only of this channel. Default: of all.' }) }),
});

const CorrectAddressInput = builder.inputType('CorrectAddressInput', {
  description: 'What to correct of an address. A field that is left out stays, one that is null is emptied.',
  fields: (t) => ({
    id: t.field({ type: 'UUID', required: true, description: 'Which address of the operation, by its UUID.' }),
    purpose: t.field({ type: AddressPurpose, description: 'What it is for.' }),
    ...inputFields(t, 'address', 'correct'),
    country: t.string({ description: 'ISO 3166-1 alpha-2 code.' }),
  }),
});

const CorrectInput = builder.inputType('CorrectCustomerOperationInput', {
  description:
    'The corrected values. A field that is left out stays as the channel sent it, one that is null is emptied.',
  fields: (t) => ({
    id: t.globalID({
      for: [CustomerOperation],
      required: true,
      description: 'Which operation, by its global ID. It must be FAILED.',
    }),
    ...inputFields(t, 'all', 'correct'),
    addresses: t.field({ type: [CorrectAddressInput], description: 'Addresses to correct.' }),
  }),
});

const Retried = builder.objectRef<{ count: number }>('RetriedOperations').implement({
  description: 'Failed operations that will be tried again.',
  fields: (t) => ({ count: t.exposeInt('count', { description: 'How many.' }) }),
});

operatorMutation('retryCustomerOperation', {
  type: CustomerOperation,
  input: idInput('RetryCustomerOperationInput', CustomerOperation, 'Which operation.'),
  description: 'Lets a failed operation be tried again, as if for the first time. What waited behind it goes on too.',
  may: 'retrying operations',
  failures: [NotFound, WrongState],
  run: (tx, { id }, { actor, at }) => retryOne(tx, id.id, actor, at),
  afterCommit: ({ channel }, { notice }) => notice(channel),
});

operatorAction('retryFailedCustomerOperations', {
  type: Retried,
  input: RetryAllInput,
  inputDescription: 'Which ones.',
  description: 'Lets all failed operations, or those of a channel, be tried again.',
  may: 'retrying operations',
  failures: [ChannelNotFound],
  run: async (input, { actor, at }, { hq, channels, notice }) => {
    if (input.channel) channels.get(input.channel);
    const retried = await hq.write((tx) => retryAll(tx, input.channel || null, actor, at));
    for (const code of retried.channels) notice(code);
    return { count: retried.count };
  },
});

operatorMutation('correctCustomerOperation', {
  type: CustomerOperation,
  input: CorrectInput,
  inputDescription: 'The corrected values.',
  description:
    'Corrects what a failed operation says and lets it be tried again. The corrected values must keep the rules; each change is kept in the audit trail, and 1010 brings them back to the channel.',
  may: 'correcting operations',
  failures: [InvalidInput, NotFound, WrongState],
  run: (tx, { id, addresses, ...customer }, { actor, at }) =>
    correct(tx, id.id, { customer, addresses: addresses ?? [] }, actor, at),
  afterCommit: ({ channel }, { notice }) => notice(channel),
});
