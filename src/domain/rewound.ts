import { accountIdsFrom } from '../data/channel/customer.bulk.ts';
import { type Known, knownOf } from '../data/channel/mark.bulk.ts';
import type { Channels } from '../data/channels.ts';
import type { Database } from '../data/database.ts';
import { audit, type Change } from '../data/hq/audit.ts';
import { skipNumbers } from '../data/hq/number-sequence.bulk.ts';
import { allNumberSequences, customerAccount, moveHead, numberIn, rangeOf } from '../data/hq/number-sequence.ts';
import { reserveAccountIds } from '../data/hq/reserved-account-id.bulk.ts';
import { recordAhead, type Standing, standing } from '../data/hq/rewinding.bulk.ts';
import { endRewinding, forgetLost } from '../data/hq/rewinding.ts';
import {
  HeadquartersMissing,
  HeadquartersRewound,
  HeadquartersUnproven,
  InvalidInput,
  mustBeValid,
  type Violation,
  WrongState,
} from '../errors.ts';

/*
 * A headquarters that was restored from an older backup would assign some account IDs twice. It cannot detect this alone, but its channels can.
 * After the process starts, each channel database is checked once, before the first number is assigned. The process keeps headquarters' database
 * open, so the proof stays valid, and a channel database that fails later stops nothing. One that has not answered since the start stops all
 * numbers unless an operator declares it lost.
 */

interface Parts {
  hq: Database;
  channels: Channels;
  log: { warn(fields: object, message: string): void };
  now: () => string;
}

/** What a channel database knows; undefined if it did not answer. */
interface Answer {
  name: string;
  knows: Known | undefined;
}

/**
 * Call it before assigning numbers. Throws HeadquartersRewound if a channel database knows more than headquarters, and records that: from then
 * on `takeNumbers` refuses, whoever calls it, until an operator accepts the backup. Throws HeadquartersUnproven if a channel database has not
 * answered since the start. `again` lists databases to check although they are proven.
 */
export async function proveHeadquarters(parts: Parts, again: readonly string[] = []): Promise<void> {
  const { channels } = parts;
  const { proven } = channels;
  // Another run may prove a newer one meanwhile.
  const { version } = proven;
  const names = channels.databaseNames();
  let answers = await asked(
    parts,
    names.filter((name) => !proven.databases.has(name) || again.includes(name)),
  );
  let now = await refuseIfAhead(parts, answers);
  if (now.version < version) {
    // Headquarters was restored while this process ran.
    proven.databases.clear();
    answers = await asked(parts, names);
    now = await refuseIfAhead(parts, answers);
  }
  for (const { name, knows } of answers) if (knows) proven.databases.add(name);
  proven.version = now.version;
  const silent = names.filter((name) => !proven.databases.has(name) && !now.lost.includes(name));
  if (silent.length > 0) throw new HeadquartersUnproven(silent);
}

/**
 * Call it when headquarters starts; `find` returns the names of all channel databases that exist. Throws HeadquartersMissing if headquarters has
 * no channels and one of the databases contains account IDs or cannot be read. If a database that belongs to no channel knows more than
 * headquarters, that is recorded, because the backup is older than its channel.
 */
export async function examineStrays(parts: Parts, find: () => Promise<string[]>): Promise<void> {
  const { channels, hq, log } = parts;
  const names = channels.databaseNames();
  const existing = await find().catch((error: unknown) => {
    if (names.length === 0) throw error;
    log.warn({ err: error }, 'could not search for channel databases of unknown channels');
    return [];
  });
  const answers = await asked(
    parts,
    existing.filter((name) => !names.includes(name)),
  );
  if (names.length === 0) {
    const holding = answers.filter(({ knows }) => knows === undefined || knows.anyAccountId !== null);
    if (holding.length > 0) throw new HeadquartersMissing(holding.map(({ name }) => name));
    return;
  }
  const stands = await hq.read(standing);
  const ahead = answers.filter((answer) => isAhead(answer, stands)).map(({ name }) => name);
  if (ahead.length > 0) await hq.write((tx) => recordAhead(tx, ahead, parts.now()));
}

export interface Accepted {
  /** The number of account IDs reserved for customers whom headquarters has lost. */
  kept: number;
  /** Account IDs that two customers have. */
  taken: string[];
  /** Channel databases that did not answer and were declared lost. */
  lost: string[];
  sequences: { name: string; from: number; to: number }[];
  version: { from: number; to: number };
}

const AT_ONCE = 10_000;

/**
 * Continues with a headquarters that was restored from an older backup. Reserves the account IDs that channels know for their customers, moves
 * the number sequences and the change version past everything that channels know, and allows numbers again.
 */
export async function acceptRestoredHeadquarters(
  parts: Parts,
  { lost, skip }: { lost: readonly string[]; skip: number },
  actor: string,
): Promise<Accepted> {
  const { hq, channels } = parts;
  const found: Violation[] = [];
  if (!Number.isInteger(skip) || skip < 0 || skip > 1_000_000)
    found.push({ path: ['skip'], message: 'must be between 0 and 1,000,000', rule: 'RANGE' });
  const before = await hq.read(standing);
  const names = [...new Set([...channels.databaseNames(), ...before.ahead])];
  for (const [index, name] of lost.entries())
    if (!names.includes(name)) found.push({ path: ['lost', index], message: 'is not a channel database' });
  mustBeValid(found);
  const answers = await asked(parts, names);
  const silent = answers.filter(({ knows }) => !knows).map(({ name }) => name);
  const unnamed = silent.filter((name) => !lost.includes(name) && !before.lost.includes(name));
  if (unnamed.length > 0) throw new HeadquartersUnproven(unnamed);
  const ahead = answers.filter((answer) => isAhead(answer, before)).map(({ name }) => name);
  if (before.ahead.length + ahead.length + silent.length === 0)
    throw new WrongState(
      'There is nothing to accept: headquarters knows everything that its channels know, and all of them answer.',
    );
  // Recorded first, so that no numbers are assigned while account IDs are being reserved.
  if (ahead.length > 0) await hq.write((tx) => recordAhead(tx, ahead, parts.now()));
  const { kept, taken } = await reserveAll(parts, answers);
  const highest = Math.max(
    0,
    ...answers.map(({ knows }) => (knows?.newestAccountId && numberIn(before.accounts, knows.newestAccountId)) || 0),
  );
  const applied = Math.max(0, ...answers.map(({ knows }) => knows?.appliedVersion ?? 0));
  const at = parts.now();
  return hq.write(async (tx) => {
    const sequences = [];
    for (const { name, nextNumber: from, digits } of await allNumberSequences(tx)) {
      const to = await skipNumbers(tx, name, { past: name === customerAccount ? highest : 0, and: skip });
      if (to > 10 ** digits) throw new InvalidInput(['skip'], `exceeds the ${digits} digits of ${name}`);
      sequences.push({ name, from, to });
    }
    const version = { from: before.version, to: await moveHead(tx, 'customer-version', applied) };
    await endRewinding(tx, silent, at);
    await audit(tx, { actor, at }, 'ACCEPT_RESTORED_HEADQUARTERS', { name: 'Headquarters' }, [
      ...[...sequences, { name: 'customer-version', ...version }]
        .filter(({ from, to }) => to > from)
        .map(({ name, from, to }): Change => [name, from, to]),
      ['keptAccountIds', null, kept],
      ...silent.map((name): Change => ['lost', null, name]),
    ]);
    return { kept, taken, lost: silent, sequences: sequences.filter(({ from, to }) => to > from), version };
  });
}

/** Reserves each account ID that a channel knows, and headquarters does not, for its customer: those of other systems too. */
async function reserveAll(
  { hq, channels }: Parts,
  answers: readonly Answer[],
): Promise<{ kept: number; taken: string[] }> {
  let kept = 0;
  const taken: string[] = [];
  for (const { name, knows } of answers) {
    if (!knows) continue;
    const database = await channels.open(name);
    for (let first = ''; ; ) {
      const page = await database.read((db) => accountIdsFrom(db, first, AT_ONCE));
      if (page.count === 0) break;
      const reserved = await hq.write((tx) => reserveAccountIds(tx, page.package));
      kept += reserved.kept;
      taken.push(...reserved.taken);
      if (page.count < AT_ONCE) break;
      // Nothing sorts between an account ID and the same ID followed by a space.
      first = `${page.last} `;
    }
  }
  return { kept, taken };
}

async function refuseIfAhead(parts: Parts, answers: readonly Answer[]): Promise<Standing> {
  const { hq } = parts;
  // Read after the channels, because headquarters only moves forward.
  const stands = await hq.read(standing);
  if (stands.ahead.length > 0) throw new HeadquartersRewound(stands.ahead[0]!);
  const ahead = answers.filter((answer) => isAhead(answer, stands)).map(({ name }) => name);
  if (ahead.length > 0) {
    await hq.write((tx) => recordAhead(tx, ahead, parts.now()));
    throw new HeadquartersRewound(ahead[0]!);
  }
  const found = answers.filter(({ name, knows }) => knows && stands.lost.includes(name)).map(({ name }) => name);
  if (found.length > 0) await hq.write((tx) => forgetLost(tx, found));
  return stands;
}

function isAhead({ knows }: Answer, { version, accounts }: Standing): boolean {
  if (!knows) return false;
  const newest = knows.newestAccountId === null ? undefined : numberIn(accounts, knows.newestAccountId);
  return knows.appliedVersion > version || (newest !== undefined && newest >= accounts.nextNumber);
}

/** What each of these databases knows: many in one statement, and those that cannot be read so, each alone. */
async function asked({ hq, channels, log }: Parts, names: readonly string[]): Promise<Answer[]> {
  if (names.length === 0) return [];
  const { accounts } = await hq.read(standing);
  const range = rangeOf(accounts);
  const together = await channels.known(names, range);
  return Promise.all(
    names.map(async (name) => {
      const knows = together.get(name);
      if (knows) return { name, knows };
      try {
        const database = await channels.open(name);
        return { name, knows: (await database.read((db) => knownOf(range)(db, [{}]))).get(0) };
      } catch (error) {
        log.warn({ err: error, channelDatabase: name }, 'could not check what a channel database knows');
        return { name, knows: undefined };
      }
    }),
  );
}
