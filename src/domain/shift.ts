import { randomUUID } from 'node:crypto';
import type { EntityManager } from 'typeorm';
import { appendOperations } from '../data/channel/operation.bulk.ts';
import { lockLog, takeCounters } from '../data/channel/operation.ts';
import { type ChannelShift, channelShiftsByUuid, openShiftOf, storeShift } from '../data/channel/shift.ts';
import { tendersPaidWith } from '../data/channel/transaction.bulk.ts';
import {
  type ShiftFacts,
  type ShiftState,
  type ShiftTender,
  type Tender,
  tendersInTill,
} from '../data/transaction-facts.ts';
import { InvalidInput, NotFound, TransactionExists, WrongState } from '../errors.ts';
import { dayIn } from './business-day.ts';
import { trimmed, uuidFrom } from './customer.ts';
import { issuesWith, throwFirst } from './issue.ts';
import { amountFrom, checkedBusinessDate, checkedCurrency, type Recording } from './transaction.ts';
import { registerCode, staffCode } from './transaction-rules.ts';

/** An amount per tender, as decimal text. */
export interface TenderInput {
  tender: Tender;
  amount: string;
}

interface OpenShiftInput {
  id?: string | null;
  register: string;
  businessDate?: string | null;
  currency?: string | null;
  openedBy?: string | null;
  starting?: readonly TenderInput[] | null;
}

/** A shift ready to be opened: checked, with its UUID. */
interface PreparedShift {
  uuid: string;
  channel: string;
  body: ShiftFacts;
  /** No business date was given. */
  defaultDate: boolean;
}

/** Checks the input. Throws InvalidInput, which names the field; nothing is stored. */
export function prepareShift(channel: Recording, input: OpenShiftInput, at: string): PreparedShift {
  const uuid = uuidFrom(input.id, ['id']);
  const register = input.register.trim();
  throwFirst(issuesWith(registerCode, register, ['register']));
  const openedBy = trimmed(input.openedBy);
  if (openedBy !== null) throwFirst(issuesWith(staffCode, openedBy, ['openedBy']));
  const currency = checkedCurrency(input.currency ?? channel.currency);
  const starting = amountsOf(input.starting ?? [], currency, 'starting', () => false);
  const body: ShiftFacts = {
    register,
    state: 'OPEN',
    businessDate: checkedBusinessDate(input.businessDate, dayIn(channel.timeZone, at)),
    currency,
    openedBy: openedBy,
    openedAt: at,
    closedAt: null,
    tenders: [...starting].map(([tender, amount]) => ({ tender, starting: amount, counted: null })),
  };
  return { uuid, channel: channel.code, body, defaultDate: !input.businessDate };
}

/**
 * Opens a shift at a register, which sells in one shift at a time. The UUID is the idempotency key: the same one again with the same data
 * answers the shift as it is now, whatever has become of it.
 */
export async function openShift(tx: EntityManager, prepared: PreparedShift, at: string): Promise<ChannelShift> {
  const counter = await lockLog(tx);
  const { uuid, channel, body } = prepared;
  const [known] = await channelShiftsByUuid(tx, [uuid]);
  if (known) {
    if (known.channel === channel && sameOpening(known, prepared)) return known;
    throw new TransactionExists(uuid, 'shift');
  }
  await mustBeFree(tx, channel, body.register);
  return record(tx, { id: 0, uuid, channel, ...body, counter, updatedAt: at }, at);
}

/** Frees the register for another shift; this one can be resumed. */
export const suspendShift = (tx: EntityManager, which: Which): Promise<ChannelShift> =>
  change(tx, which, { from: ['OPEN'], done: ['SUSPENDED'], what: 'suspended' }, () => ({ state: 'SUSPENDED' }));

/** Sells again, at its register, which must be free. */
export const resumeShift = (tx: EntityManager, which: Which): Promise<ChannelShift> =>
  change(tx, which, { from: ['SUSPENDED'], done: ['OPEN'], what: 'resumed' }, async ({ channel, register }) => {
    await mustBeFree(tx, channel, register);
    return { state: 'OPEN' };
  });

/** Ends it without counting, so that the register is free; it can be counted and closed later, and not be resumed. */
export const blindCloseShift = (tx: EntityManager, which: Which): Promise<ChannelShift> =>
  change(tx, which, { from: ['OPEN', 'SUSPENDED'], done: ['BLIND_CLOSED'], what: 'blind-closed' }, () => ({
    state: 'BLIND_CLOSED',
  }));

const countable: ShiftState[] = ['OPEN', 'SUSPENDED', 'BLIND_CLOSED'];

/** Notes what was counted. The newest count of a tender holds; the others stay. */
export const declareTenders = (
  tx: EntityManager,
  which: Which,
  counts: readonly TenderInput[],
): Promise<ChannelShift> => {
  if (counts.length === 0) throw new InvalidInput(['counts'], 'must name a tender');
  return change(tx, which, { from: countable, done: [], what: 'counted' }, ({ tenders, currency }) => ({
    tenders: withCounts(tenders, countsOf(counts, currency)),
  }));
};

/**
 * Closes a shift for good, with the last counts. Cash and checks must be counted, now or before, when the till began with some or took
 * some in: they are what a till can lack. Any other tender that was not counted stays uncounted, and nothing is compared with it.
 */
export const closeShift = (tx: EntityManager, which: Which, counts: readonly TenderInput[]): Promise<ChannelShift> =>
  change(tx, which, { from: countable, done: ['CLOSED'], what: 'closed' }, async ({ uuid, tenders, currency }) => {
    const counted = withCounts(tenders, countsOf(counts, currency));
    const held = new Set(await tendersPaidWith(tx, uuid));
    for (const { tender, starting } of counted) if (starting !== 0) held.add(tender);
    for (const { tender, counted: count } of counted) if (count !== null) held.delete(tender);
    const uncounted = tendersInTill.filter((tender) => held.has(tender));
    if (uncounted.length > 0)
      throw new InvalidInput(
        ['counts'],
        `must count ${uncounted.join(' and ')} before the shift is closed: 0 when none is left`,
      );
    return { state: 'CLOSED', closedAt: which.at, tenders: counted };
  });

interface Which {
  channel: string;
  uuid: string;
  at: string;
}

/** Changes a shift where its state allows it, with its row of the log. One that is there already is answered as it is. */
async function change(
  tx: EntityManager,
  { channel, uuid, at }: Which,
  { from, done, what }: { from: ShiftState[]; done: ShiftState[]; what: string },
  to: (shift: ChannelShift) => Partial<ShiftFacts> | Promise<Partial<ShiftFacts>>,
): Promise<ChannelShift> {
  const counter = await lockLog(tx);
  const [shift] = await channelShiftsByUuid(tx, [uuid]);
  if (shift?.channel !== channel) throw new NotFound('shift');
  if (done.includes(shift.state)) return shift;
  if (!from.includes(shift.state)) throw new WrongState(`The shift is ${shift.state} and cannot be ${what}.`);
  return record(tx, { ...shift, ...(await to(shift)), counter, updatedAt: at }, at);
}

/** Stores a shift as it is now and appends that to the log. Its counter is the next one, which is taken here. */
async function record(tx: EntityManager, shift: ChannelShift, at: string): Promise<ChannelShift> {
  await takeCounters(tx, 1);
  await storeShift(tx, shift);
  const { id: _, channel, counter, updatedAt: __, ...payload } = shift;
  await appendOperations(tx, [
    { counter, id: randomUUID(), channel, customerUuid: null, kind: 'RECORD_SHIFT', payload, createdAt: at },
  ]);
  return shift;
}

async function mustBeFree(tx: EntityManager, channel: string, register: string): Promise<void> {
  const open = await openShiftOf(tx, channel, register);
  if (open) throw new WrongState(`Register ${register} is taken by the open shift ${open.uuid}.`);
}

/** Whether a shift that is known was opened with the same data. */
function sameOpening(known: ChannelShift, { body, defaultDate }: PreparedShift): boolean {
  const starts = (tenders: readonly ShiftTender[]) =>
    JSON.stringify(
      tenders
        .filter(({ starting }) => starting !== 0)
        .map(({ tender, starting }) => [tender, starting])
        .sort(),
    );
  return (
    known.register === body.register &&
    known.currency === body.currency &&
    known.openedBy === body.openedBy &&
    (defaultDate || known.businessDate === body.businessDate) &&
    starts(known.tenders) === starts(body.tenders)
  );
}

/** There cannot be less than no cash; of another tender, more can be paid back than was paid. */
export const countsOf = (counts: readonly TenderInput[], currency: string) =>
  amountsOf(counts, currency, 'counts', (tender) => tender !== 'CASH');

function amountsOf(
  given: readonly TenderInput[],
  currency: string,
  field: string,
  mayBeNegative: (tender: Tender) => boolean,
): Map<Tender, number> {
  const amounts = new Map<Tender, number>();
  for (const [index, { tender, amount }] of given.entries()) {
    const path = [field, index];
    if (amounts.has(tender)) throw new InvalidInput([...path, 'tender'], 'is named twice');
    const value = amountFrom(amount, currency, [...path, 'amount']);
    if (value < 0 && !mayBeNegative(tender)) throw new InvalidInput([...path, 'amount'], 'must not be negative');
    amounts.set(tender, value);
  }
  return amounts;
}

/** The newest count of each tender; one that was not there began with nothing. */
export function withCounts(tenders: readonly ShiftTender[], counts: ReadonlyMap<Tender, number>): ShiftTender[] {
  const known = tenders.map((one) => ({ ...one, counted: counts.get(one.tender) ?? one.counted }));
  const added = [...counts]
    .filter(([tender]) => !tenders.some((one) => one.tender === tender))
    .map(([tender, counted]) => ({ tender, starting: 0, counted }));
  return [...known, ...added];
}
