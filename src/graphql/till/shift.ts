import { mayUse } from '../../access/viewer.ts';
import { type ChannelShift, channelShiftPage, channelShiftsByUuid } from '../../data/channel/shift.ts';
import { type ShiftState as State, type ShiftTender as TenderOfShift, tenders } from '../../data/transaction-rows.ts';
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
import { ChannelNotFound, InvalidInput, NotFound, TransactionExists, WrongState } from '../../errors.ts';
import { atMost } from '../bounded.ts';
import { builder } from '../builder.ts';
import { channelField } from '../channel/channel.ts';
import type { Context } from '../context.ts';
import { listById } from '../keyset.ts';
import { type ChannelKey, inChannels, keyText, loader } from '../loader.ts';
import { amount, amountOrNull } from '../money.ts';
import { ofChannel, ofInputChannel } from '../scopes.ts';
import { channelInput, enumOf, operatorAction } from '../vocabulary.ts';

export const Tender = enumOf<(typeof tenders)[number]>('Tender', 'What is paid with.', {
  CASH: 'Notes and coins.',
  CARD: 'A debit or credit card.',
  CHECK: 'A cheque.',
  GIFT_CARD: 'A gift card.',
  ONLINE: 'Paid through an online service.',
  CUSTOMER_ACCOUNT: 'On account: the customer pays an invoice.',
  OTHER: 'Anything else.',
});

export const ShiftState = enumOf<State>('ShiftState', 'Where a shift stands.', {
  OPEN: 'It sells.',
  SUSPENDED: 'Its register is free for another shift; it can be resumed.',
  BLIND_CLOSED: 'It has ended without a count: it can still be counted and closed, and not be resumed.',
  CLOSED: 'Counted and final. Financial statements take it.',
});

/** What a shift shows, whichever database it was read from. */
type ShiftRow = Omit<ChannelShift, 'counter' | 'updatedAt'>;

const ShiftTender = builder.objectRef<TenderOfShift & { currency: string }>('ShiftTender').implement({
  description: 'What a till held of a tender.',
  fields: (t) => ({
    tender: t.expose('tender', { type: Tender, description: 'Which.' }),
    starting: amount(t, 'starting', 'What was in the till at the beginning.'),
    counted: amountOrNull(t, 'counted', 'What was counted at the end; null while nobody has counted it.'),
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
    'A shift at a register of a channel: it sells, is counted and closed. Headquarters gets each change with the P-job.',
  id: { resolve: ({ channel, uuid }) => `${channel}/${uuid}` },
  loadOne: (id, context) => {
    const [channel = '', uuid = ''] = id.split('/');
    const { viewer, channels } = context;
    if (!channels.all().some(({ code }) => code === channel) || !uuidRule.safeParse(uuid).success) return null;
    return mayUse(viewer, channel) ? shiftOf(context).load({ channel, uuid }) : null;
  },
  fields: (t) => ({
    uuid: t.expose('uuid', { type: 'UUID', description: 'Its permanent identity.' }),
    channel: channelField(t, 'Of which channel.'),
    register: t.exposeString('register', { description: 'At which register.' }),
    state: t.expose('state', { type: ShiftState, description: 'Where it stands.' }),
    businessDate: t.expose('businessDate', { type: 'Date', description: 'The day of the books that it belongs to.' }),
    currency: t.expose('currency', { type: 'CurrencyCode', description: 'What its till holds.' }),
    openedBy: t.exposeString('openedBy', { nullable: true, description: 'Who opened it.' }),
    openedAt: t.expose('openedAt', { type: 'DateTime', description: 'When it was opened.' }),
    closedAt: t.expose('closedAt', { type: 'DateTime', nullable: true, description: 'When it was closed for good.' }),
    tenders: t.field({
      type: [ShiftTender],
      ...atMost(tenders.length),
      description: 'What its till held at the beginning and at the end.',
      resolve: ({ tenders, currency }) => tenders.map((tender) => ({ ...tender, currency })),
    }),
  }),
});

builder.queryField('shifts', (t) =>
  t.connection(
    {
      type: Shift,
      nullable: true,
      description: 'Shifts of a channel, from its own database, newest first.',
      args: {
        channel: t.arg.string({ required: true, description: 'Of this channel.' }),
        states: t.arg({ type: [ShiftState], description: 'Only in one of these states.' }),
        register: t.arg.string({ description: 'Only of this register.' }),
        businessDate: t.arg({ type: 'Date', description: 'Only of this business date.' }),
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
        return listById(database, args, (db, page) => channelShiftPage(db, filter, page), 'newest first');
      },
    },
    { name: 'ShiftConnection' },
    { name: 'ShiftEdge' },
  ),
);

const TenderAmount = builder.inputType('TenderAmountInput', {
  description: 'An amount of a tender.',
  fields: (t) => ({
    tender: t.field({ type: Tender, required: true, description: 'Which; each is named once.' }),
    amount: t.field({ type: 'Decimal', required: true, description: 'How much, in the currency of the shift.' }),
  }),
});

const OpenShiftInput = builder.inputType('OpenShiftInput', {
  description: 'A new shift.',
  fields: (t) => ({
    channel: t.string({ required: true, description: 'Code of its channel.' }),
    id: t.field({
      type: 'UUID',
      description:
        'Its permanent UUID, made by the client: the idempotency key. Sent again with the same data it answers the shift as it is now. Default: we make one.',
    }),
    register: t.string({ required: true, description: 'At which register; at most 40 characters. It must be free.' }),
    businessDate: t.field({
      type: 'Date',
      description:
        'The day of the books. Default: today in the time zone of the channel; it cannot be later, or before 2000.',
    }),
    currency: t.field({
      type: 'CurrencyCode',
      description: 'What its till holds. Default: the currency of the channel.',
    }),
    openedBy: t.string({ description: 'Who opens it; at most 100 characters.' }),
    starting: t.field({ type: [TenderAmount], description: 'What is in the till. Default: nothing.' }),
  }),
});

const ShiftInput = channelInput('ShiftInput', 'Which shift.');

const CountShiftInput = builder.inputType('CountShiftInput', {
  description: 'Which shift, and what was counted.',
  fields: (t) => ({
    channel: t.string({ required: true, description: 'Code of its channel.' }),
    uuid: t.field({ type: 'UUID', required: true, description: 'Its UUID.' }),
    counts: t.field({
      type: [TenderAmount],
      description:
        'What was counted. A newer count of a tender replaces an older one; other tenders stay. Only cash cannot be negative: a card terminal may have paid back more than it took.',
    }),
  }),
});

const failures = { types: [InvalidInput, ChannelNotFound, NotFound, WrongState] };

/** One change in the channel's own database; live conversion then uploads it. */
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
    description: 'Opens a shift at a register, in the channel’s own database. A register has one open shift at a time.',
    errors: { types: [InvalidInput, ChannelNotFound, TransactionExists, WrongState] },
    authScopes: ofInputChannel,
    args: { input: t.arg({ type: OpenShiftInput, required: true, description: 'The shift.' }) },
    resolve: async (_root, { input: { channel, ...input } }, context) => {
      const prepared = prepareShift(context.channels.get(channel), input, context.now());
      return changed(context, { channel, uuid: prepared.uuid }, (tx, { at }) => openShift(tx, prepared, at));
    },
  }),
  suspendShift: t.field({
    type: Shift,
    description: 'Suspends an open shift: its register is free for another one.',
    errors: failures,
    authScopes: ofInputChannel,
    args: { input: t.arg({ type: ShiftInput, required: true, description: 'Which one.' }) },
    resolve: (_root, { input }, context) => changed(context, input, suspendShift),
  }),
  resumeShift: t.field({
    type: Shift,
    description: 'Resumes a suspended shift at its register, which must be free.',
    errors: failures,
    authScopes: ofInputChannel,
    args: { input: t.arg({ type: ShiftInput, required: true, description: 'Which one.' }) },
    resolve: (_root, { input }, context) => changed(context, input, resumeShift),
  }),
  blindCloseShift: t.field({
    type: Shift,
    description: 'Ends a shift without a count. It cannot be resumed; it is counted and closed later.',
    errors: failures,
    authScopes: ofInputChannel,
    args: { input: t.arg({ type: ShiftInput, required: true, description: 'Which one.' }) },
    resolve: (_root, { input }, context) => changed(context, input, blindCloseShift),
  }),
  declareTenders: t.field({
    type: Shift,
    description: 'Notes what was counted in a till, as often as needed, until the shift is closed.',
    errors: failures,
    authScopes: ofInputChannel,
    args: { input: t.arg({ type: CountShiftInput, required: true, description: 'Which one, and the counts.' }) },
    resolve: (_root, { input }, context) =>
      changed(context, input, (tx, which) => declareTenders(tx, which, input.counts ?? [])),
  }),
  closeShift: t.field({
    type: Shift,
    description:
      'Closes a shift for good. Cash and checks must be counted, here or before, when the shift began with some or took some in. Other tenders are compared with what was expected only if they are counted.',
    errors: failures,
    authScopes: ofInputChannel,
    args: { input: t.arg({ type: CountShiftInput, required: true, description: 'Which one, and the last counts.' }) },
    resolve: (_root, { input }, context) =>
      changed(context, input, (tx, which) => closeShift(tx, which, input.counts ?? [])),
  }),
}));

operatorAction('closeLostShift', {
  type: Shift,
  input: CountShiftInput,
  inputDescription: 'Which one, and the counts if known.',
  description:
    'Closes at headquarters a shift that its channel has lost, for instance because its database was restored from a backup or destroyed: the financial statement of its day then takes it. While the channel has the shift, this is WRONG_STATE. As at any close, cash and checks that are not counted count as missing, and other tenders are compared only if they are counted. Should the channel close the shift after all before a statement has it, the channel’s counts replace these.',
  may: 'closing shifts at headquarters',
  failures: failures.types,
  run: ({ channel, uuid, counts }, { actor, at }, { hq, channels }) => {
    channels.get(channel);
    return closeLostShift({ hq, channels }, { channel, uuid, counts: counts ?? [] }, actor, at);
  },
});
