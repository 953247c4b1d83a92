import { isDeepStrictEqual } from 'node:util';
import type { EntityManager } from 'typeorm';
import * as z from 'zod';
import { audit, changesBetween, channelSubject } from '../data/hq/audit.ts';
import { type Channel, type ChannelType, changeChannel, channelByCode, insertChannel } from '../data/hq/channel.ts';
import { defaultProfile } from '../data/hq/functionality-profile.ts';
import { ChannelExists, ChannelNotFound, mustBeValid, type Violation } from '../errors.ts';
import { violationsOfProfile } from './functionality-profile.ts';
import { code, countryCode, currencyCode, displayName, timeZoneName } from './rules.ts';
import { violationsIn } from './violations.ts';

interface ChannelInput {
  code: string;
  name: string;
  type: ChannelType;
  currency: string;
  timeZone: string;
  country: string;
  /** Default: a separate database, named after the channel. */
  channelDatabase?: string | null;
  liveConversion?: boolean | null;
  functionalityProfile?: string | null;
}

const databaseName = z
  .string()
  .regex(
    /^[a-z][a-z0-9_]{0,39}$/,
    'must be a lowercase letter, then at most 39 lowercase letters, digits, or underscores',
  );

const rules = {
  code,
  name: displayName,
  currency: currencyCode,
  timeZone: timeZoneName,
  country: countryCode,
  channelDatabase: databaseName,
};

async function check(
  tx: EntityManager,
  input: Partial<Record<keyof typeof rules | 'functionalityProfile', string | null | undefined>>,
): Promise<void> {
  const found: Violation[] = [];
  for (const [field, rule] of Object.entries(rules) as [keyof typeof rules, z.ZodType][]) {
    const value = input[field];
    if (value !== undefined && value !== null) found.push(...violationsIn(rule, value, [field]));
  }
  mustBeValid([...found, ...(await violationsOfProfile(tx, input))]);
}

/** Adds a channel. Adding it again with the same settings returns the existing channel. */
export async function createChannel(
  tx: EntityManager,
  input: ChannelInput,
  actor: string,
  at: string,
): Promise<Channel> {
  await check(tx, input);
  const channel: Channel = {
    code: input.code,
    name: input.name.trim(),
    type: input.type,
    currency: input.currency,
    timeZone: input.timeZone,
    country: input.country,
    channelDatabase: input.channelDatabase ?? input.code.replaceAll('-', '_'),
    liveConversion: input.liveConversion ?? true,
    functionalityProfile: input.functionalityProfile ?? defaultProfile,
    createdAt: at,
    updatedAt: at,
  };
  const known = await channelByCode(tx, channel.code);
  if (known) {
    const { createdAt, updatedAt } = known;
    if (!isDeepStrictEqual({ ...channel, createdAt, updatedAt }, { ...known })) throw new ChannelExists(channel.code);
    return known;
  }
  await insertChannel(tx, channel);
  const fields = Object.keys(channel) as (keyof Channel)[];
  await audit(
    tx,
    { actor, at },
    'CREATE_CHANNEL',
    channelSubject(channel.code),
    changesBetween(
      null,
      channel,
      fields.filter((field) => field !== 'createdAt' && field !== 'updatedAt'),
    ),
  );
  return channel;
}

type ChannelChange = {
  [field in 'name' | 'type' | 'currency' | 'timeZone' | 'country' | 'liveConversion' | 'functionalityProfile']?:
    | Channel[field]
    | null;
};

/** Changes the settings of a channel; omitted settings keep their values. The code and the database never change. */
export async function updateChannel(
  tx: EntityManager,
  code: string,
  change: ChannelChange,
  actor: string,
  at: string,
): Promise<Channel> {
  const channel = await channelByCode(tx, code);
  if (!channel) throw new ChannelNotFound(code);
  const { type, liveConversion, ...texts } = change;
  await check(tx, texts);
  if (texts.name) texts.name = texts.name.trim();
  const given = Object.entries({ ...texts, type, liveConversion }).filter(
    ([field, value]) => value !== undefined && value !== null && value !== channel[field as keyof Channel],
  );
  if (given.length === 0) return channel;
  await changeChannel(tx, code, { ...Object.fromEntries(given), updatedAt: at });
  await audit(
    tx,
    { actor, at },
    'UPDATE_CHANNEL',
    channelSubject(code),
    given.map(([field, value]) => [field, channel[field as keyof Channel], value]),
  );
  return (await channelByCode(tx, code))!;
}
