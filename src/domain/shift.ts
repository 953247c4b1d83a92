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
import { InvalidInput, mustBeValid, NotFound, UuidConflict, type Violation, WrongState } from '../errors.ts';
import { dayIn } from './business-day.ts';
import { trimmed } from './customer.ts';
import { amountFrom, businessDateFrom, currencyFrom, type Recording } from './transaction.ts';
import { registerCode, staffCode } from './transaction-rules.ts';
import { violationsIn } from './violations.ts';

/** An amount of a tender, as decimal text. */
export interface TenderInput {
  tender: Tender;
  amount: string;
}

interface OpenShiftInput {
  uuid?: string | null;
  register: string;
  businessDate?: string | null;
  currency?: string | null;
  openedBy?: string | null;
  starting?: readonly TenderInput[] | null;
}

/** A checked shift, ready to be opened, with its UUID. */
interface PreparedShift {
  uuid: string;
  channel: string;
  body: ShiftFacts;
  /** No business date was given. */
  defaultDate: boolean;
}

/** Checks the input without storing anything. Throws InvalidInput, which names every invalid field. */
export function prepareShift(channel: Recording, input: OpenShiftInput, at: string): PreparedShift {
  const uuid = input.uuid ?? randomUUID();
  const register = input.register.trim();
  const found = violationsIn(registerCode, register, ['register']);
  const openedBy = trimmed(input.openedBy);
  if (openedBy !== null) found.push(...violationsIn(staffCode, openedBy, ['openedBy']));
  const currency = currencyFrom(input.currency ?? channel.currency, channel.currency, found);
  const starting = amountsOf(input.starting ?? [], currency, 'starting', () => false, found);
  const businessDate = businessDateFrom(input.businessDate, dayIn(channel.timeZone, at), found);
  mustBeValid(found);
  const body: ShiftFacts = {
    register,
    state: 'OPEN',
    businessDate,
    currency,
    openedBy: openedBy,
    openedAt: at,
    closedAt: null,
    tenders: [...starting].map(([tender, amount]) => ({ tender, starting: amount, counted: null })),
  };
  return { uuid, channel: channel.code, body, defaultDate: !input.businessDate };
}

/**
 * Opens a shift at a register, which has at most one open shift. The UUID is the idempotency key: sending it again with the same data returns
 * the shift in its current state.
 */
export async function openShift(tx: EntityManager, prepared: PreparedShift, at: string): Promise<ChannelShift> {
  const counter = await lockLog(tx);
  const { uuid, channel, body } = prepared;
  const [known] = await channelShiftsByUuid(tx, [uuid]);
  if (known) {
    if (known.channel === channel && sameOpening(known, prepared)) return known;
    throw new UuidConflict(uuid, 'shift');
  }
  await mustBeFree(tx, channel, body.register);
  return record(tx, { id: 0, uuid, channel, ...body, counter, updatedAt: at }, at);
}

/** Frees the register for another shift. The suspended shift can be resumed. */
export const suspendShift = (tx: EntityManager, which: Which): Promise<ChannelShift> =>
  change(tx, which, { from: ['OPEN'], done: ['SUSPENDED'], what: 'suspended' }, () => ({ state: 'SUSPENDED' }));

/** Reopens a suspended shift at its register, which must be free. */
export const resumeShift = (tx: EntityManager, which: Which): Promise<ChannelShift> =>
  change(tx, which, { from: ['SUSPENDED'], done: ['OPEN'], what: 'resumed' }, async ({ channel, register }) => {
    await mustBeFree(tx, channel, register);
    return { state: 'OPEN' };
  });

/** Ends a shift without a count, which frees the register. The shift can be counted and closed later, but not resumed. */
export const blindCloseShift = (tx: EntityManager, which: Which): Promise<ChannelShift> =>
  change(tx, which, { from: ['OPEN', 'SUSPENDED'], done: ['BLIND_CLOSED'], what: 'blind-closed' }, () => ({
    state: 'BLIND_CLOSED',
  }));

const countable: ShiftState[] = ['OPEN', 'SUSPENDED', 'BLIND_CLOSED'];

/** Records counted amounts. A new count of a tender replaces the previous one; other tenders keep theirs. */
export const declareTenders = (
  tx: EntityManager,
  which: Which,
  counts: readonly TenderInput[],
): Promise<ChannelShift> => {
  if (counts.length === 0) throw new InvalidInput(['counts'], 'must not be empty', 'LENGTH');
  return change(tx, which, { from: countable, done: [], what: 'counted' }, ({ tenders, currency }) => ({
    tenders: withCounts(tenders, countsOf(counts, currency)),
  }));
};

/**
 * Closes a shift permanently, with the final counts. Cash and checks must be counted, now or earlier, if the till started with any or took any,
 * because they can be missing. Any other tender that was not counted stays uncounted and is not compared.
 */
export const closeShift = (tx: EntityManager, which: Which, counts: readonly TenderInput[]): Promise<ChannelShift> =>
  change(tx, which, { from: countable, done: ['CLOSED'], what: 'closed' }, async ({ uuid, tenders, currency }) => {
    const counted = withCounts(tenders, countsOf(counts, currency));
    const due = new Set(await tendersPaidWith(tx, uuid));
    for (const { tender, starting } of counted) if (starting !== 0) due.add(tender);
    for (const { tender, counted: count } of counted) if (count !== null) due.delete(tender);
    const uncounted = tendersInTill.filter((tender) => due.has(tender));
    if (uncounted.length > 0)
      throw new InvalidInput(
        ['counts'],
        `must include ${uncounted.join(' and ')} before the shift is closed; 0 if none is left`,
      );
    return { state: 'CLOSED', closedAt: which.at, tenders: counted };
  });

interface Which {
  channel: string;
  uuid: string;
  at: string;
}

/** Changes a shift if its state allows it, and appends to the log. A shift that is already in a `done` state is returned unchanged. */
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

/** Stores a shift and appends it to the log, with the next counter. */
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
  if (open) throw new WrongState(`Register ${register} already has an open shift: ${open.uuid}.`);
}

/** Whether a known shift was opened with the same data. */
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

/** Cash cannot be negative. Of any other tender, more may have been paid back than taken. */
export function countsOf(counts: readonly TenderInput[], currency: string): Map<Tender, number> {
  const found: Violation[] = [];
  const amounts = amountsOf(counts, currency, 'counts', (tender) => tender !== 'CASH', found);
  mustBeValid(found);
  return amounts;
}

function amountsOf(
  given: readonly TenderInput[],
  currency: string,
  field: string,
  mayBeNegative: (tender: Tender) => boolean,
  found: Violation[],
): Map<Tender, number> {
  const amounts = new Map<Tender, number>();
  for (const [index, { tender, amount }] of given.entries()) {
    const path = [field, index];
    if (amounts.has(tender))
      found.push({ path: [...path, 'tender'], message: 'must not appear twice', rule: 'UNIQUE' });
    const value = amountFrom(amount, currency, [...path, 'amount'], found);
    if (value < 0 && !mayBeNegative(tender))
      found.push({ path: [...path, 'amount'], message: 'must not be negative', rule: 'RANGE' });
    amounts.set(tender, value);
  }
  return amounts;
}

/** Applies the newest count of each tender. A new tender started with 0. */
export function withCounts(tenders: readonly ShiftTender[], counts: ReadonlyMap<Tender, number>): ShiftTender[] {
  const known = tenders.map((row) => ({ ...row, counted: counts.get(row.tender) ?? row.counted }));
  const added = [...counts]
    .filter(([tender]) => !tenders.some((row) => row.tender === tender))
    .map(([tender, counted]) => ({ tender, starting: 0, counted }));
  return [...known, ...added];
}
