import { mayUse } from '../../access/viewer.ts';
import type { FunctionalityProfile as ProfileRow } from '../../data/hq/functionality-profile.ts';
import {
  createFunctionalityProfile,
  realTimeTimeout,
  updateFunctionalityProfile,
} from '../../domain/functionality-profile.ts';
import { InvalidInput, NotFound } from '../../errors.ts';
import { builder } from '../builder.ts';
import type { Context } from '../context.ts';
import { customerOf } from '../customer/customer.ts';
import { byKey, conditionsOf, orderInput } from '../keyset.ts';
import { operatorMutation, type Types } from '../vocabulary.ts';
import { announceSettings, Channel, listByCode } from './channel.ts';

/** The profiles that the viewer may see, by code. */
const visible = ({ viewer, channels }: Context): ProfileRow[] => {
  const used = new Set(
    channels.all().flatMap(({ code, functionalityProfile }) => (mayUse(viewer, code) ? [functionalityProfile] : [])),
  );
  return channels.profiles().filter(({ code }) => viewer.kind === 'operator' || used.has(code));
};

const visibleProfile = (code: string, context: Context): ProfileRow | null =>
  visible(context).find((profile) => profile.code === code) ?? null;

const meanings = {
  name: 'Display name.',
  createCustomerInAsyncMode:
    'How `createCustomer` works. True: asynchronously, without headquarters; the account ID follows. False: synchronously; the customer is stored in the channel just the same, is then converted immediately, even if live conversion is off, and `createCustomer` waits for the account ID.',
  realTimeTimeoutMs: `How many ms a synchronous creation waits for the account ID before it falls back to an asynchronous one; ${realTimeTimeout.least} to ${realTimeTimeout.most.toLocaleString('en-US')}.`,
  defaultCustomer:
    'The customer that supplies the language and currency of new customers that are created without them, in either mode. Nothing personal is ever copied.',
};

const FunctionalityProfile = builder.objectRef<ProfileRow>('FunctionalityProfile');
builder.node(FunctionalityProfile, {
  description:
    'How channels create customers. Each channel has one profile, which it may share. The profile `default` exists from the start and is asynchronous, so that channels depend on headquarters only if an operator decides that they do.',
  id: { resolve: ({ code }) => code },
  loadOne: visibleProfile,
  fields: (t) => ({
    code: t.exposeString('code', { description: 'Unique, permanent code, such as `default`.' }),
    name: t.exposeString('name', { description: meanings.name }),
    createCustomerInAsyncMode: t.exposeBoolean('createCustomerInAsyncMode', {
      description: meanings.createCustomerInAsyncMode,
    }),
    realTimeTimeoutMs: t.exposeInt('realTimeTimeoutMs', { description: meanings.realTimeTimeoutMs }),
    defaultCustomer: customerOf(
      t as PothosSchemaTypes.ObjectFieldBuilder<Types, ProfileRow>,
      'defaultCustomerUuid',
      `${meanings.defaultCustomer} Null if there is none, or if it is another channel’s.`,
    ),
    createdAt: t.expose('createdAt', { type: 'DateTime', description: 'When the profile was created.' }),
    updatedAt: t.expose('updatedAt', { type: 'DateTime', description: 'When the profile last changed.' }),
  }),
});

builder.objectField(Channel, 'functionalityProfile', (t) =>
  t.field({
    type: FunctionalityProfile,
    description: 'How the channel creates customers.',
    resolve: ({ code }, _args, { channels }) => channels.profileOf(code),
  }),
);

const FunctionalityProfileFilter = builder.inputType('FunctionalityProfileFilter', {
  description: 'Limits a list of functionality profiles to those that match every field.',
  fields: (t) => ({
    createCustomerInAsyncMode: t.boolean({
      description:
        'Only profiles that create customers asynchronously, or (false) only those that do so synchronously.',
    }),
  }),
});

const FunctionalityProfileOrder = orderInput('FunctionalityProfile', {
  CODE: { by: byKey, description: 'The code of the profile.' },
  CREATED_AT: { by: 'createdAt', description: 'When the profile was created.' },
});

builder.queryFields((t) => ({
  functionalityProfile: t.field({
    type: FunctionalityProfile,
    nullable: true,
    description: 'A functionality profile by its code; null if there is none.',
    args: { code: t.arg.string({ required: true, description: 'The profile’s code.' }) },
    resolve: (_root, { code }, context) => visibleProfile(code, context),
  }),
  functionalityProfiles: t.connection(
    {
      type: FunctionalityProfile,
      description:
        'The functionality profiles that you may see, by code unless `orderBy` says otherwise: those of your channel, or all for operators.',
      args: {
        filter: t.arg({ type: FunctionalityProfileFilter, description: 'The profiles to list. Default: all.' }),
        orderBy: t.arg({
          type: FunctionalityProfileOrder,
          description: 'The order of the profiles. Default: by code.',
        }),
      },
      resolve: (_root, args, context) => {
        const { createCustomerInAsyncMode: mode } = conditionsOf(args.filter);
        const found = visible(context).filter(
          ({ createCustomerInAsyncMode }) => createCustomerInAsyncMode === (mode ?? createCustomerInAsyncMode),
        );
        return listByCode(args, found);
      },
    },
    { name: 'FunctionalityProfileConnection' },
    { name: 'FunctionalityProfileEdge' },
  ),
}));

/** The settings that an operator may give and change. */
const settingFields = (t: PothosSchemaTypes.InputFieldBuilder<Types, 'InputObject'>, isNew: boolean) => {
  const describe = (meaning: string, fallback: string) => (isNew ? `${meaning} Default: ${fallback}.` : meaning);
  return {
    createCustomerInAsyncMode: t.boolean({ description: describe(meanings.createCustomerInAsyncMode, 'true') }),
    realTimeTimeoutMs: t.int({
      description: describe(meanings.realTimeTimeoutMs, realTimeTimeout.usual.toLocaleString('en-US')),
    }),
    defaultCustomerUuid: t.field({
      type: 'UUID',
      description: `UUID of a customer that has an account ID. ${meanings.defaultCustomer}${isNew ? ' Default: none.' : ' Null removes the default customer.'}`,
    }),
  };
};

const CreateInput = builder.inputType('CreateFunctionalityProfileInput', {
  description: 'The profile to create.',
  fields: (t) => ({
    code: t.string({
      required: true,
      description: 'Permanent code: a lowercase letter followed by at most 39 lowercase letters, digits, or hyphens.',
    }),
    name: t.string({ required: true, description: meanings.name }),
    ...settingFields(t, true),
  }),
});

const UpdateInput = builder.inputType('UpdateFunctionalityProfileInput', {
  description: 'The settings to change; omitted fields keep their values.',
  fields: (t) => ({
    code: t.string({ required: true, description: 'Code of the profile to change.' }),
    name: t.string({ description: meanings.name }),
    ...settingFields(t, false),
  }),
});

operatorMutation('createFunctionalityProfile', {
  type: FunctionalityProfile,
  input: CreateInput,
  inputDescription: 'The profile to create.',
  description:
    'Creates a functionality profile, which channels can then be given (`createChannel`, `updateChannel`). Repeating the call with the same settings returns the existing profile.',
  may: 'adding functionality profiles',
  failures: [InvalidInput],
  run: (tx, input, who) => createFunctionalityProfile(tx, input, who),
  afterCommit: (_profile, context) => announceSettings(context),
});

operatorMutation('updateFunctionalityProfile', {
  type: FunctionalityProfile,
  input: UpdateInput,
  inputDescription: 'The profile and the settings to change.',
  description:
    'Changes a functionality profile, and so every channel that has it. Customers that are pending in channels that are synchronous from now on are converted.',
  may: 'changing functionality profiles',
  failures: [InvalidInput, NotFound],
  run: (tx, input, who) => updateFunctionalityProfile(tx, input, who),
  afterCommit: async ({ code, createCustomerInAsyncMode }, context) => {
    await announceSettings(context);
    if (createCustomerInAsyncMode) return;
    for (const channel of context.channels.all())
      if (channel.functionalityProfile === code) context.notice(channel.code);
  },
});
