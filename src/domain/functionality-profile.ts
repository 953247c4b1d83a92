import { isDeepStrictEqual } from 'node:util';
import type { EntityManager } from 'typeorm';
import { type Actor, audit, type Change, changesBetween } from '../data/hq/audit.ts';
import { knownCustomers } from '../data/hq/customer.bulk.ts';
import {
  changeProfile,
  type FunctionalityProfile,
  insertProfile,
  profileByCode,
} from '../data/hq/functionality-profile.ts';
import { InvalidInput, mustBeValid, NotFound, type Violation } from '../errors.ts';
import { code, displayName } from './rules.ts';
import { violationsIn } from './violations.ts';

/** The bounds of `realTimeTimeoutMs`. The upper one is within the time that an operation may take (http/limits.ts). */
export const realTimeTimeout = { least: 100, most: 4_000, usual: 2_000 };

type Settings = Omit<FunctionalityProfile, 'code' | 'createdAt' | 'updatedAt'>;

/** Omitted settings keep their values or get defaults. Only the default customer may be null. */
type ProfileInput = { code: string } & {
  [Name in keyof Settings]?: Settings[Name] | null | undefined;
};

/** Adds a profile. Adding it again with the same settings returns the existing profile. */
export async function createFunctionalityProfile(
  tx: EntityManager,
  input: ProfileInput & { name: string },
  who: Actor,
): Promise<FunctionalityProfile> {
  const profile: FunctionalityProfile = {
    code: input.code,
    name: input.name.trim(),
    createCustomerInAsyncMode: input.createCustomerInAsyncMode ?? true,
    realTimeTimeoutMs: input.realTimeTimeoutMs ?? realTimeTimeout.usual,
    defaultCustomerUuid: input.defaultCustomerUuid ?? null,
    createdAt: who.at,
    updatedAt: who.at,
  };
  mustBeValid([...violationsIn(code, profile.code, ['code']), ...(await violationsOf(tx, profile))]);
  const known = await profileByCode(tx, profile.code);
  if (known) {
    const { createdAt, updatedAt } = known;
    if (!isDeepStrictEqual({ ...profile, createdAt, updatedAt }, { ...known }))
      throw new InvalidInput(['code'], 'belongs to a profile with different settings', 'UNIQUE');
    return known;
  }
  await insertProfile(tx, profile);
  await audit(tx, who, 'CREATE_FUNCTIONALITY_PROFILE', subjectOf(profile), changesBetween(null, profile, audited));
  return profile;
}

/** Changes a profile, and so every channel that has it. */
export async function updateFunctionalityProfile(
  tx: EntityManager,
  { code, defaultCustomerUuid, ...change }: ProfileInput,
  who: Actor,
): Promise<FunctionalityProfile> {
  const before = await profileByCode(tx, code);
  if (!before) throw new NotFound('functionality profile');
  const given = Object.entries(change).filter(([, value]) => value !== undefined && value !== null);
  const after: FunctionalityProfile = { ...before, ...Object.fromEntries(given) };
  if (defaultCustomerUuid !== undefined) after.defaultCustomerUuid = defaultCustomerUuid;
  after.name = after.name.trim();
  mustBeValid(await violationsOf(tx, after));
  const changes = changesBetween(before, after, audited);
  if (changes.length === 0) return before;
  // Nothing else, because another operator may be changing it, too.
  await changeProfile(tx, code, { ...changedBy(changes), updatedAt: who.at });
  await audit(tx, who, 'UPDATE_FUNCTIONALITY_PROFILE', subjectOf(after), changes);
  return (await profileByCode(tx, code))!;
}

const changedBy = (changes: readonly Change[]): Partial<FunctionalityProfile> =>
  Object.fromEntries(changes.map(([field, , value]) => [field, value]));

/** What is wrong with the profile that an input names, if it names one. */
export async function violationsOfProfile(
  tx: EntityManager,
  { functionalityProfile: code }: { functionalityProfile?: string | null | undefined },
): Promise<Violation[]> {
  if (code === undefined || code === null || (await profileByCode(tx, code))) return [];
  return [{ path: ['functionalityProfile'], message: 'must be the code of a functionality profile' }];
}

const audited = ['code', 'name', 'createCustomerInAsyncMode', 'realTimeTimeoutMs', 'defaultCustomerUuid'] as const;

async function violationsOf(tx: EntityManager, profile: Settings): Promise<Violation[]> {
  const { least, most } = realTimeTimeout;
  const { name, realTimeTimeoutMs: timeout, defaultCustomerUuid: customer } = profile;
  const found = violationsIn(displayName, name, ['name']);
  if (timeout < least || timeout > most)
    found.push({
      path: ['realTimeTimeoutMs'],
      message: `must be between ${least} and ${most.toLocaleString('en-US')}`,
      rule: 'RANGE',
    });
  if (customer !== null && (await knownCustomers(tx, [customer])).length === 0)
    found.push({ path: ['defaultCustomerUuid'], message: 'must be a customer that has an account ID' });
  return found;
}

const subjectOf = ({ code }: FunctionalityProfile) => ({
  type: 'FunctionalityProfile',
  key: code,
  name: `Functionality profile ${code}`,
});
