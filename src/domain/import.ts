import { createHash } from 'node:crypto';
import type { EntityManager } from 'typeorm';
import * as z from 'zod';
import { storedCustomers } from '../data/channel/customer.bulk.ts';
import type { Channels } from '../data/channels.ts';
import type { Database } from '../data/database.ts';
import { skipNumbers } from '../data/hq/number-sequence.bulk.ts';
import {
  customerAccount,
  formatted,
  type NumberSequence,
  numberIn,
  numberSequenceByName,
} from '../data/hq/number-sequence.ts';
import { releaseReserved, reserveAccountIds } from '../data/hq/reserved-account-id.bulk.ts';
import { ChannelNotFound, DomainError, InvalidInput, UuidConflict } from '../errors.ts';
import {
  type CustomerInput,
  createCustomers,
  isRepeat,
  nameParts,
  type PreparedCustomer,
  prepareCustomer,
} from './customer.ts';
import { proveHeadquarters } from './rewound.ts';
import { accountIdRule, addressFacts, customerFacts, uuidRule } from './rules.ts';
import { violationsIn } from './violations.ts';

/*
 * Customers of another system, with the account IDs that they have there. Each is created in its channel as any other; headquarters keeps its
 * account ID for it until the conversion gives it.
 */

/** A line of an import: its number from 1, and what it says. */
export interface Line {
  number: number;
  text: string;
}

export interface Imported {
  line: number;
  /** False: the same was imported before. A failure: nothing was stored. */
  outcome: boolean | DomainError;
}

interface Parts {
  hq: Database;
  channels: Channels;
  log: { warn(fields: object, message: string): void };
  now: () => string;
  /** Called for each channel that has something new. */
  notice: (channel: string) => void;
}

interface Ready {
  line: number;
  channelDatabase: string;
  accountId: string | undefined;
  customer: PreparedCustomer;
}

/**
 * Imports customers, each a line of JSON. A line that breaks a rule, or whose UUID or account ID belongs to another customer, changes nothing,
 * and affects no other line. The same line again changes nothing either, so an import that was cut off is sent again. `channel` is the channel of
 * lines that name none.
 */
export async function importCustomers(parts: Parts, lines: readonly Line[], channel?: string): Promise<Imported[]> {
  const results: Imported[] = [];
  const ready: Ready[] = [];
  const accountIds = new Set<string>();
  const parsed = lines.map(({ number, text }) => ({ number, value: parsedLine(text) }));
  const codes = parsed.flatMap(({ value }) => (value instanceof DomainError ? [] : (value.channel ?? channel ?? [])));
  const settings = new Map((await parts.channels.find(codes)).map((found) => [found.code, found]));
  const sequence = await parts.hq.read((db) => numberSequenceByName(db, customerAccount));
  for (const { number, value } of parsed) {
    try {
      if (value instanceof DomainError) throw value;
      const { accountId, ...customer } = preparedFrom(value, channel, (code) => settings.has(code), parts.now());
      if (accountId !== undefined) {
        mustFit(accountId, sequence!);
        if (accountIds.has(accountId)) throw taken();
        accountIds.add(accountId);
      }
      const { channelDatabase } = settings.get(customer.channel)!;
      ready.push({ line: number, channelDatabase, accountId, customer });
    } catch (error) {
      if (!(error instanceof DomainError)) throw error;
      results.push({ line: number, outcome: error });
    }
  }
  if (accountIds.size > 0) await proveHeadquarters(parts);
  for (const name of new Set(ready.map(({ channelDatabase }) => channelDatabase))) {
    const some = ready.filter(({ channelDatabase }) => channelDatabase === name);
    results.push(...(await storeIn(parts, await parts.channels.open(name), some)));
  }
  return results.sort((one, other) => one.line - other.line);
}

/** Account IDs are kept first, so that no conversion gives these customers others. */
async function storeIn({ hq, notice }: Parts, database: Database, ready: readonly Ready[]): Promise<Imported[]> {
  const uuids = ready.map(({ customer }) => customer.uuid);
  const stored = new Map((await database.read((db) => storedCustomers(db, uuids))).map((row) => [row.uuid, row]));
  const results: Imported[] = [];
  const fitting = ready.filter(({ line, customer }) => {
    const known = stored.get(customer.uuid);
    const fits = known === undefined || isRepeat(known, customer);
    if (!fits) results.push({ line, outcome: new UuidConflict(customer.uuid, 'customer') });
    return fits;
  });
  const wanted = fitting.flatMap(({ accountId, customer: { uuid } }) => (accountId ? [{ uuid, accountId }] : []));
  const refused = wanted.length > 0 ? await hq.write((tx) => keep(tx, wanted)) : new Set();
  const free = fitting.filter(({ line, accountId }) => {
    const isFree = accountId === undefined || !refused.has(accountId);
    if (!isFree) results.push({ line, outcome: taken() });
    return isFree;
  });
  const created = await database.write((tx) =>
    createCustomers(
      tx,
      free.map(({ customer }) => customer),
    ),
  );
  const conflicts: string[] = [];
  for (const [index, { line, customer }] of free.entries()) {
    const result = created[index]!;
    results.push({ line, outcome: result instanceof DomainError ? result : result.created });
    if (result instanceof DomainError) conflicts.push(customer.uuid);
  }
  // Created by someone else since they were looked up: what was kept for them was not theirs.
  if (conflicts.length > 0) await hq.write((tx) => releaseReserved(tx, conflicts));
  for (const code of new Set(free.map(({ customer }) => customer.channel))) notice(code);
  return results;
}

/** Keeps account IDs for customers, and moves the number sequence past them. Returns those that belong to others. */
async function keep(tx: EntityManager, wanted: readonly { uuid: string; accountId: string }[]): Promise<Set<string>> {
  const sequence = (await numberSequenceByName(tx, customerAccount))!;
  const past = Math.max(0, ...wanted.map(({ accountId }) => numberIn(sequence, accountId) ?? 0));
  // First: whoever is taking numbers has stored their customers when this returns.
  await skipNumbers(tx, customerAccount, { past, and: 0 });
  return new Set((await reserveAccountIds(tx, JSON.stringify(wanted))).taken);
}

const taken = () =>
  new InvalidInput(['accountId'], 'belongs to another customer, or this customer has another one', 'UNIQUE');

function mustFit(accountId: string, sequence: NumberSequence): void {
  const number = numberIn(sequence, accountId);
  if (number === 0 || (number !== undefined && number > sequence.largest))
    throw new InvalidInput(
      ['accountId'],
      `must be from ${formatted(sequence, 1)} to ${formatted(sequence, sequence.largest)} if it has the format of the number sequence`,
      'RANGE',
    );
}

const optionalText = z.string('must be text').nullish();
const optionalUuid = z.string('must be text').toLowerCase().pipe(uuidRule).nullish();
const texts = (names: readonly string[]) => Object.fromEntries(names.map((name) => [name, optionalText]));
const isNamePart = (fact: string) => fact in nameParts;
/** An object with these fields and no others. Names of others are cut off: a line may be anything. */
const object = <Shape extends z.ZodRawShape>(shape: Shape) =>
  z.strictObject(shape, {
    error: (issue) =>
      issue.code === 'unrecognized_keys'
        ? `has unknown fields: ${issue.keys
            .slice(0, 10)
            .map((key) => key.slice(0, 40))
            .join(', ')}`
        : 'must be an object',
  });

/** The shape of a line; what its values must be is the same as for every new customer. Times are there in what was exported, and are not imported. */
const lineRules = object({
  channel: optionalText,
  uuid: optionalUuid,
  accountId: accountIdRule.nullish(),
  name: object(texts(Object.values(nameParts))).nullish(),
  ...texts(customerFacts.filter((fact) => !isNamePart(fact))),
  addresses: z
    .array(
      object({
        ...texts(addressFacts.filter((fact) => fact !== 'position')),
        uuid: optionalUuid,
        country: z.string('must be text'),
      }),
      'must be a list',
    )
    .nullish(),
  createdAt: optionalText,
  updatedAt: optionalText,
});

interface ParsedLine extends CustomerInput {
  channel?: string | null;
  accountId?: string | null;
}

function parsedLine(text: string): ParsedLine | InvalidInput {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return new InvalidInput([], 'is not valid JSON', 'FORMAT');
  }
  const [first, ...others] = violationsIn(lineRules, value);
  return first ? new InvalidInput(first.path, first.message, first.rule, others) : (value as ParsedLine);
}

function preparedFrom(
  { channel, accountId, ...input }: ParsedLine,
  defaultChannel: string | undefined,
  exists: (code: string) => boolean,
  at: string,
): PreparedCustomer & { accountId: string | undefined } {
  const code = channel ?? defaultChannel;
  if (code === undefined) throw new InvalidInput(['channel'], 'is required, unless the import names one', 'REQUIRED');
  if (!exists(code)) throw new ChannelNotFound(code);
  if (!input.uuid && !accountId)
    throw new InvalidInput(['uuid'], 'is required, unless there is an account ID', 'REQUIRED');
  const uuid = input.uuid?.toLowerCase() ?? uuidFor(accountId!);
  const addresses = input.addresses?.map((address) => ({ ...address, uuid: address.uuid?.toLowerCase() ?? null }));
  return { ...prepareCustomer(code, { ...input, uuid, addresses }, at), accountId: accountId ?? undefined };
}

/** The UUID of a customer that has only an account ID: the same every time (RFC 9562, version 5). */
function uuidFor(accountId: string): string {
  const hash = createHash('sha1').update(NAMESPACE).update(accountId).digest();
  hash[6] = (hash[6]! & 0x0f) | 0x50;
  hash[8] = (hash[8]! & 0x3f) | 0x80;
  return hash.toString('hex', 0, 16).replace(/(.{8})(.{4})(.{4})(.{4})(.{12})/, '$1-$2-$3-$4-$5');
}

/** The UUID under which account IDs are names. */
const NAMESPACE = Buffer.from('5c1d6c0e0b7d4a3f9f0e6f2a1b3c4d5e', 'hex');
