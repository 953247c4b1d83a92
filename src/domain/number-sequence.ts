import type { EntityManager } from 'typeorm';
import * as z from 'zod';
import { audit, changesBetween } from '../data/hq/audit.ts';
import { largestInUse, skipNumbers } from '../data/hq/number-sequence.bulk.ts';
import {
  changeNumberSequence,
  formatted,
  type NumberSequence,
  numberSequenceByName,
} from '../data/hq/number-sequence.ts';
import { mustBeValid, NotFound, type Violation, type ViolationRule } from '../errors.ts';
import { accountIdRule } from './rules.ts';
import { violationsIn } from './violations.ts';

const changeable = ['prefix', 'digits', 'nextNumber', 'largest', 'warnBelow'] as const;

type NumberSequenceChange = { name: string } & {
  [Field in (typeof changeable)[number]]?: NumberSequence[Field] | null;
};

/** With digits after it, it is an account ID. */
const prefixRule = z.union(
  [z.literal(''), accountIdRule.max(10)],
  'must have at most 10 digits, capital letters, and . _ / -, and begin with a digit or a letter',
);

/** More would not be exact in JavaScript. */
const MOST_DIGITS = 15;

/**
 * Changes the format, the next number, or the largest number of a sequence. A number is never assigned twice: the next one comes after all that
 * records have in the same format. If all numbers of the format could be assigned, that stays so when the number of digits changes.
 */
export async function updateNumberSequence(
  tx: EntityManager,
  { name, ...change }: NumberSequenceChange,
  actor: string,
  at: string,
): Promise<NumberSequence> {
  if (!(await numberSequenceByName(tx, name))) throw new NotFound('number sequence');
  // Holds the row: nobody takes numbers meanwhile.
  await skipNumbers(tx, name, { past: 0, and: 0 });
  const before = (await numberSequenceByName(tx, name))!;
  const digits = change.digits ?? before.digits;
  const isWhole = before.largest === 10 ** before.digits - 1;
  const after: NumberSequence = {
    name,
    prefix: change.prefix ?? before.prefix,
    digits,
    nextNumber: change.nextNumber ?? before.nextNumber,
    largest: change.largest ?? (isWhole ? 10 ** digits - 1 : before.largest),
    warnBelow: change.warnBelow ?? before.warnBelow,
  };
  const found: Violation[] = [];
  const wrong = (field: string, message: string, rule: ViolationRule = 'RANGE') =>
    found.push({ path: [field], message, rule });
  const { prefix, nextNumber, largest, warnBelow } = after;
  found.push(...violationsIn(prefixRule, prefix, ['prefix']));
  if (digits < 1 || digits > MOST_DIGITS) wrong('digits', `must be from 1 to ${MOST_DIGITS}`);
  if (warnBelow < 0) wrong('warnBelow', 'must be 0 or more');
  mustBeValid(found);
  const isSameFormat = prefix === before.prefix && digits === before.digits;
  const inUse = Math.max(await largestInUse(tx, after), isSameFormat ? before.nextNumber - 1 : 0);
  if (nextNumber <= inUse)
    wrong('nextNumber', `must be above ${inUse}, because ${formatted(after, inUse)} is already assigned`);
  if (largest < nextNumber - 1) wrong('largest', 'must not be below a number that is already assigned');
  if (largest >= 10 ** digits) wrong('largest', `must fit in the ${digits} digits of the format`);
  mustBeValid(found);
  const { name: _, ...values } = after;
  await changeNumberSequence(tx, name, values);
  const subject = { type: 'NumberSequence', key: name, name: `Number sequence ${name}` };
  await audit(tx, { actor, at }, 'UPDATE_NUMBER_SEQUENCE', subject, changesBetween(before, after, changeable));
  return after;
}
