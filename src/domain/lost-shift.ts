import type { EntityManager } from 'typeorm';
import { channelShiftsByUuid } from '../data/channel/shift.ts';
import type { Channels } from '../data/channels.ts';
import type { Database } from '../data/database.ts';
import { audit, type Change } from '../data/hq/audit.ts';
import { closeReceivedShift, type Shift, shiftsWhere } from '../data/hq/shift.ts';
import { tenders as allTenders, type ShiftTender } from '../data/transaction-facts.ts';
import { NotFound, WrongState, whenUnavailable } from '../errors.ts';
import { countsOf, type TenderInput, withCounts } from './shift.ts';

/**
 * Closes, at headquarters, a shift that its channel has lost, so that a financial statement includes it. Throws NotFound if headquarters never
 * received it, and WrongState if its channel still has it. A channel database that does not answer counts as lost. Returns a shift that is
 * already closed unchanged.
 */
export async function closeLostShift(
  { hq, channels }: { hq: Database; channels: Channels },
  { channel, uuid, counts }: { channel: string; uuid: string; counts: readonly TenderInput[] },
  actor: string,
  at: string,
): Promise<Shift> {
  const found = await hq.read((db) => shiftOf(db, channel, uuid));
  countsOf(counts, found.currency);
  if (found.state === 'CLOSED') return found;
  if (await isInChannel(channels, channel, uuid))
    throw new WrongState('The channel still has this shift: count and close it there with closeShift.');
  return hq.write(async (tx) => {
    const before = await shiftOf(tx, channel, uuid);
    const counted = withCounts(valid(before.tenders), countsOf(counts, before.currency));
    // Its channel or another operator closed it in the meantime.
    if (!(await closeReceivedShift(tx, before.id, counted, at))) return before;
    const subject = {
      type: 'Shift',
      key: `${channel}/${uuid}`,
      name: `Shift of ${before.businessDate} at register ${before.register} of ${channel}`,
    };
    await audit(tx, { actor, at }, 'CLOSE_LOST_SHIFT', subject, [
      ['state', before.state, 'CLOSED'],
      ...counts.map(({ tender, amount }): Change => [`counted.${tender}`, null, amount]),
    ]);
    return shiftOf(tx, channel, uuid);
  });
}

async function shiftOf(db: EntityManager, channel: string, uuid: string): Promise<Shift> {
  const [shift] = await shiftsWhere(db, { channel, uuid });
  if (!shift) throw new NotFound('shift');
  return shift;
}

async function isInChannel(channels: Channels, channel: string, uuid: string): Promise<boolean> {
  const shifts = await channels
    .databaseOf(channel)
    .then((database) => database.read((db) => channelShiftsByUuid(db, [uuid])))
    .catch(whenUnavailable([]));
  return shifts.length > 0;
}

/** Other software may have written anything to a channel database. */
const valid = (given: unknown): ShiftTender[] =>
  Array.isArray(given) ? given.filter((row) => (allTenders as readonly unknown[]).includes(row?.tender)) : [];
