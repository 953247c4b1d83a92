import type { EntityManager } from 'typeorm';
import { assignments, type EntityClass, fieldsOf, names, type Shape, shapeOf } from './columns.ts';
import { AddressFacts, type OwnedAddress } from './customer-facts.ts';
import { rowsWhere } from './keyset-page.ts';
import { sql } from './sql.ts';

/*
 * The addresses of customers, in a channel database and at headquarters. `source` is SQL for addresses to store: rows of `customer_id` and the
 * columns of AddressFacts.
 */

/** The entity of this kind of database. */
export const addressIn = (db: EntityManager) =>
  db.connection.getMetadata('customer_address').target as EntityClass<OwnedAddress>;

export const addressFields = (db: EntityManager) => fieldsOf(db, addressIn(db), AddressFacts);

const sentShapes = new WeakMap<EntityClass, Shape>();

/** An address as it travels between databases, where its customer has different IDs. */
export function sentAddress(db: EntityManager): Shape {
  const entity = addressIn(db);
  const shape = sentShapes.get(entity) ?? { customerUuid: 'text', ...shapeOf(db, entity, addressFields(db)) };
  sentShapes.set(entity, shape);
  return shape;
}

/** Stores new addresses at their positions. */
export async function insertAddresses(tx: EntityManager, source: string, parameters: unknown[]): Promise<void> {
  const columns = names(tx, addressIn(tx), ['customerId', ...addressFields(tx)]);
  await sql(tx, `insert into customer_address (${columns}) select ${columns} from ${source} as s`, parameters);
}

/**
 * Stores addresses that their customers may have already: these are replaced, and keep their positions. The others follow at the end, in their
 * order. No address appears twice.
 */
export async function mergeAddresses(tx: EntityManager, source: string, parameters: unknown[]): Promise<void> {
  const entity = addressIn(tx);
  const same = 'a.customer_id = s.customer_id and a.uuid = s.uuid';
  const facts = addressFields(tx).filter((name) => name !== 'uuid' && name !== 'position');
  await sql(
    tx,
    `update customer_address as a set ${assignments(tx, entity, facts, 's')} from ${source} as s where ${same}`,
    parameters,
  );
  const last = 'select max(a.position) from customer_address a where a.customer_id = s.customer_id';
  await sql(
    tx,
    `insert into customer_address (customer_id, uuid, position, ${names(tx, entity, facts)})
     select s.customer_id, s.uuid, coalesce((${last}), -1) + row_number() over (partition by s.customer_id order by s.position), ${names(tx, entity, facts, 's')}
     from ${source} as s where not exists (select 1 from customer_address a where ${same})`,
    parameters,
  );
}

/** The addresses of the customers with these IDs, each customer's in the order they were added. */
export const addressesOf = (db: EntityManager, customerIds: readonly number[]): Promise<OwnedAddress[]> =>
  rowsWhere(db, addressIn(db), 'position', { customerId: customerIds });
