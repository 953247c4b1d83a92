import type { EntityManager } from 'typeorm';
import { fieldsOf, packed, shapeOf } from '../columns.ts';
import type { CustomerFacts } from '../customer-facts.ts';
import { single } from '../sql.ts';
import { Channel } from './channel.ts';
import { FunctionalityProfile } from './functionality-profile.ts';
import { Maintenance } from './maintenance.ts';

/** What a new customer takes from the default customer if it does not say it itself: nothing personal. */
export const inherited = ['language', 'currency'] as const;

/** A profile with what its default customer supplies, as headquarters has that customer. */
export interface ProfileSettings extends FunctionalityProfile, Pick<CustomerFacts, (typeof inherited)[number]> {}

/** What every process keeps in memory, so that channels work while headquarters is down. */
export interface Settings {
  channels: Channel[];
  profiles: ProfileSettings[];
  maintenance: Maintenance | undefined;
}

/** All of them as of one moment, in one statement. */
export async function allSettings(db: EntityManager): Promise<Settings> {
  const supplied = Object.fromEntries(inherited.map((fact) => [fact, 'text' as const]));
  const profile = {
    ...shapeOf(db, FunctionalityProfile, fieldsOf(db, FunctionalityProfile, FunctionalityProfile)),
    ...supplied,
  };
  const found = await single<Record<'channels' | 'profiles' | 'maintenance', string>>(
    db,
    `select (select ${packed(db, Channel, 'c', { order: 'c.code' })} from channel c) as channels,
       (select ${packed(db, profile, 'x', { order: 'x.code' })} from (
          select p.*, ${inherited.map((fact) => `c.${fact}`).join(', ')}
          from functionality_profile p left join customer c on c.uuid = p.default_customer_uuid) as x) as profiles,
       (select ${packed(db, Maintenance, 'm')} from maintenance m) as maintenance`,
  );
  return {
    channels: JSON.parse(found.channels),
    profiles: JSON.parse(found.profiles),
    maintenance: (JSON.parse(found.maintenance) as Maintenance[])[0],
  };
}
