import { Column } from 'typeorm';
import { CustomerFacts } from '../../../src/data/customer-facts.ts';
import { migration } from '../../../src/data/migration.ts';
import { channelDatabase, headquarters } from '../../../src/data/open.ts';

/** Makes this process a later build, whose customers have one more column, which it reads, writes, uploads, and downloads. */
export function becomeNextBuild(): void {
  const expand = migration('ExpandLoyalty', 1_900_000_000_000, ({ text }) => [
    `alter table customer add column loyalty ${text}`,
    'create index customer_by_loyalty on customer (loyalty)',
    `create table loyalty_card (number ${text} primary key, customer_uuid ${text} not null)`,
  ]);
  for (const kind of [headquarters, channelDatabase]) kind.migrations.push(expand);
  Column({ type: 'varchar', nullable: true })(CustomerFacts.prototype, 'loyalty');
}
