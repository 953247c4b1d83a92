import { mayUse } from '../../access/viewer.ts';
import { type ChannelShift, channelShiftPage, channelShiftsByUuid } from '../../data/channel/shift.ts';
import { type ShiftState as State, type ShiftTender as TenderOfShift, tenders } from '../../data/transaction-facts.ts';
import { closeLostShift } from '../../domain/lost-shift.ts';
import { uuidRule } from '../../domain/rules.ts';
import {
  blindCloseShift,
  closeShift,
  declareTenders,
  openShift,
  prepareShift,
  resumeShift,
  suspendShift,
} from '../../domain/shift.ts';
import { ChannelNotFound, InvalidInput, NotFound, UuidConflict, WrongState } from '../../errors.ts';
import { atMost } from '../arguments.ts';
import { builder } from '../builder.ts';
import { channelField } from '../channel/channel.ts';
import type { Context } from '../context.ts';
import { listById } from '../keyset.ts';
import { type ChannelKey, inChannels, keyText, loader } from '../loader.ts';
import { amount, amountOrNull } from '../money.ts';
import { ofChannel, ofInputChannel } from '../scopes.ts';
import { channelInput, enumOf, operatorAction, valueOrNull } from '../vocabulary.ts';

export const Tender = enumOf<(typeof tenders)[number]>('Tender', 'A means of payment.', {
  CASH: 'Notes and coins.',
  CARD: 'A debit or credit card.',
  CHECK: 'A check.',
  GIFT_CARD: 'A gift card.',
  ONLINE: 'A payment through an online service.',
  CUSTOMER_ACCOUNT: 'On account: the customer pays by invoice.',
  OTHER: 'Any other means of payment.',
});

const ShiftState = enumOf<State>('ShiftState', 'The state of a shift.', {
  OPEN: 'The shift is selling.',
  SUSPENDED: 'The shift can be resumed. Its register is free for another shift.',
  BLIND_CLOSED: 'The shift ended without a count. It can still be counted and closed, but not resumed.',
  CLOSED: 'The shift is counted and final. A financial statement includes it.',
});

/** The columns of a shift that are shown, whichever database it was read from. */
type ShiftRow = Omit<ChannelShift, 'counter' | 'updatedAt'>;

const ShiftTender = builder.objectRef<TenderOfShift & { currency: string }>('ShiftTender').implement({
  description: 'The starting and counted amounts of one tender in a till.',
  fields: (t) => ({
    tender: t.expose('tender', { type: Tender, description: 'The tender.' }),
    starting: amount(t, 'starting', 'The amount in the till when the shift was opened.'),
    counted: amountOrNull(t, 'counted', 'The amount counted last. Null until it is counted.'),
  }),
});

/** A shift of a channel, from its own database. */
export const shiftOf = loader<ChannelKey, ChannelShift | null>(async (keys, { channels }) => {
  const found = await inChannels(channels, keys, channelShiftsByUuid);
  return keys.map(({ channel, uuid }) => found.find((row) => row.uuid === uuid && row.channel === channel) ?? null);
}, keyText);

export const Shift = builder.objectRef<ShiftRow>('Shift');
builder.node(Shift, {
  description:
    'A shift at a register of a channel, from opening to closing. Headquarters receives each change with the P-job.',
  id: { resolve: ({ channel, uuid }) => `${channel}/${uuid}` },
  loadOne: (id, context) => {
    const [channel = '', uuid = ''] = id.split('/');
    const { viewer, channels } = context;
    if (!channels.all().some(({ code }) => code === channel) || !uuidRule.safeParse(uuid).success) return null;
    return mayUse(viewer, channel) ? shiftOf(context).load({ channel, uuid }) : null;
  },
  fields: (t) => ({
    uuid: t.expose('uuid', { type: 'UUID', description: 'The permanent UUID of the shift.' }),
    channel: channelField(t, 'The channel of the register.'),
    register: t.exposeString('register', { description: 'The code of the register.' }),
    state: t.expose('state', { type: ShiftState, description: 'The state of the shift.' }),
    businessDate: t.expose('businessDate', { type: 'LocalDate', description: 'The day on which it enters the books.' }),
    currency: t.expose('currency', { type: 'Currency', description: 'The currency of all its amounts.' }),
    openedBy: valueOrNull(t, 'String', 'openedBy', 'Who opened it, as entered in the channel.'),
    openedAt: t.expose('openedAt', { type: 'DateTime', description: 'When it was opened.' }),
    closedAt: valueOrNull(t, 'DateTime', 'closedAt', 'When it was closed. Null until then.'),
    tenders: t.field({
      type: [ShiftTender],
      ...atMost(tenders.length),
      description: 'The starting and counted amounts in the till, by tender.',
      resolve: ({ tenders, currency }) => tenders.map((tender) => ({ ...tender, currency })),
    }),
  }),
});

builder.queryField('shifts', (t) =>
  t.connection(
    {
      type: Shift,
      nullable: true,
      description: 'The shifts of a channel, from its own database, newest first.',
      args: {
        channel: t.arg.string({ required: true, description: 'The code of the channel.' }),
        states: t.arg({ type: [ShiftState], description: 'Only shifts in one of these states.' }),
        register: t.arg.string({ description: 'Only shifts at this register.' }),
        businessDate: t.arg({ type: 'LocalDate', description: 'Only shifts of this business date.' }),
      },
      authScopes: ofChannel,
      resolve: async (_root, args, { channels }) => {
        const database = await channels.databaseOf(args.channel);
        const filter = {
          channel: args.channel,
          state: args.states?.length ? args.states : undefined,
          register: args.register ?? undefined,
          businessDate: args.businessDate ?? undefined,
        };
        return listById(database, args, (db, page) => channelShiftPage(db, filter, page), { orderBy: 'DESC' });
      },
    },
    { name: 'ShiftConnection' },
    { name: 'ShiftEdge' },
  ),
);

const TenderAmount = builder.inputType('TenderAmountInput', {
  description: 'An amount of one tender.',
  fields: (t) => ({
    tender: t.field({ type: Tender, required: true, description: 'The tender. Each tender may appear once.' }),
    amount: t.field({ type: 'Decimal', required: true, description: 'The amount, in the currency of the shift.' }),
  }),
});

const OpenShiftInput = builder.inputType('OpenShiftInput', {
  description: 'A shift to open.',
  fields: (t) => ({
    channel: t.string({ required: true, description: 'The code of the channel.' }),
    uuid: t.field({
      type: 'UUID',
      description:
        'The permanent UUID, generated by the client. It is the idempotency key: sending it again with the same data returns the shift in its current state. Default: the server generates one.',
    }),
    register: t.string({ required: true, description: 'The register, which must be free; at most 40 characters.' }),
    businessDate: t.field({
      type: 'LocalDate',
      description:
        'The day on which the shift enters the books, from 2000 to today in the time zone of the channel. Default: today.',
    }),
    currency: t.field({
      type: 'Currency',
      description: 'The currency of all amounts. Default: the currency of the channel.',
    }),
    openedBy: t.string({ description: 'Who opens the shift; at most 100 characters.' }),
    starting: t.field({ type: [TenderAmount], description: 'The amounts in the till. Default: the till is empty.' }),
  }),
});

const ShiftInput = channelInput('ShiftInput', 'shift', 'A shift of a channel.');

const CountShiftInput = builder.inputType('CountShiftInput', {
  description: 'A shift and the amounts counted in its till.',
  fields: (t) => ({
    channel: t.string({ required: true, description: 'The code of its channel.' }),
    uuid: t.field({ type: 'UUID', required: true, description: 'The UUID of the shift.' }),
    counts: t.field({
      type: [TenderAmount],
      description:
        'The amounts counted. A new count of a tender replaces the previous one; other tenders keep theirs. All except cash may be negative: a card terminal may have paid back more than it took.',
    }),
  }),
});

const failures = { types: [InvalidInput, ChannelNotFound, NotFound, WrongState] };

/** Makes one change in the channel's own database. Live conversion then uploads it. */
async function changed(
  { channels, now, notice }: Context,
  { channel, uuid }: { channel: string; uuid: string },
  change: (
    tx: Parameters<typeof suspendShift>[0],
    which: { channel: string; uuid: string; at: string },
  ) => Promise<ChannelShift>,
): Promise<ChannelShift> {
  const database = await channels.databaseOf(channel);
  const shift = await database.write((tx) => change(tx, { channel, uuid, at: now() }));
  notice(channel);
  return shift;
}

builder.mutationFields((t) => ({
  openShift: t.field({
    type: Shift,
    description: 'Opens a shift at a register, in the channel’s own database. A register has at most one open shift.',
    errors: { types: [InvalidInput, ChannelNotFound, UuidConflict, WrongState] },
    authScopes: ofInputChannel,
    args: { input: t.arg({ type: OpenShiftInput, required: true, description: 'The shift to open.' }) },
    resolve: async (_root, { input: { channel, ...input } }, context) => {
      const prepared = prepareShift(context.channels.get(channel), input, context.now());
      return changed(context, { channel, uuid: prepared.uuid }, (tx, { at }) => openShift(tx, prepared, at));
    },
  }),
  suspendShift: t.field({
    type: Shift,
    description: 'Suspends an open shift, which frees its register for another one.',
    errors: failures,
    authScopes: ofInputChannel,
    args: { input: t.arg({ type: ShiftInput, required: true, description: 'The shift to suspend.' }) },
    resolve: (_root, { input }, context) => changed(context, input, suspendShift),
  }),
  resumeShift: t.field({
    type: Shift,
    description: 'Resumes a suspended shift at its register, which must be free.',
    errors: failures,
    authScopes: ofInputChannel,
    args: { input: t.arg({ type: ShiftInput, required: true, description: 'The shift to resume.' }) },
    resolve: (_root, { input }, context) => changed(context, input, resumeShift),
  }),
  blindCloseShift: t.field({
    type: Shift,
    description: 'Ends a shift without a count. It can be counted and closed later, but not resumed.',
    errors: failures,
    authScopes: ofInputChannel,
    args: { input: t.arg({ type: ShiftInput, required: true, description: 'The shift to end.' }) },
    resolve: (_root, { input }, context) => changed(context, input, blindCloseShift),
  }),
  declareTenders: t.field({
    type: Shift,
    description: 'Records the amounts counted in a till, as often as needed, until the shift is closed.',
    errors: failures,
    authScopes: ofInputChannel,
    args: { input: t.arg({ type: CountShiftInput, required: true, description: 'The shift and the counts.' }) },
    resolve: (_root, { input }, context) =>
      changed(context, input, (tx, which) => declareTenders(tx, which, input.counts ?? [])),
  }),
  closeShift: t.field({
    type: Shift,
    description:
      'Closes a shift permanently. Cash and checks must be counted, now or earlier, if the shift started with any or took any. Other tenders are compared with the expected amounts only if they are counted.',
    errors: failures,
    authScopes: ofInputChannel,
    args: {
      input: t.arg({ type: CountShiftInput, required: true, description: 'The shift to close and the final counts.' }),
    },
    resolve: (_root, { input }, context) =>
      changed(context, input, (tx, which) => closeShift(tx, which, input.counts ?? [])),
  }),
}));

operatorAction('closeLostShift', {
  type: Shift,
  input: CountShiftInput,
  inputDescription: 'The shift to close and the counts, if known.',
  description:
    'Closes, at headquarters, a shift that its channel has lost, for example because the channel database was destroyed or restored from a backup. The financial statement of its day then includes it. Fails with WRONG_STATE while the channel still has the shift. Cash and checks that are not counted count as missing; other tenders are compared only if they are counted. If the channel closes the shift after all, before a statement includes it, the channel’s counts replace these.',
  may: 'closing shifts at headquarters',
  failures: failures.types,
  run: ({ channel, uuid, counts }, { actor, at }, { hq, channels }) => {
    channels.get(channel);
    return closeLostShift({ hq, channels }, { channel, uuid, counts: counts ?? [] }, actor, at);
  },
});
