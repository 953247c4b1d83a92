import { Column, Entity, type EntityManager, PrimaryGeneratedColumn } from 'typeorm';
import { countWhere, type KeysetPage, keysetPage, type Parameter, type Plan, type Range } from '../keyset-page.ts';
import { kindsIn, kindsWith, type OperationPayload } from '../operation-kinds.ts';

export const operationStates = ['PENDING', 'WAITING', 'FAILED', 'SYNCED'] as const;
type OperationState = (typeof operationStates)[number];

/** Something that a channel did with a customer. Added by the P-job; the resolver moves it from state to state. */
@Entity('customer_operation')
export class CustomerOperation {
  /** Order of arrival. */
  @PrimaryGeneratedColumn({ type: 'bigint' }) sequence!: number;
  /** Made where the operation was made. With its kind it identifies an operation of a customer, also in a later epoch of its channel database. */
  @Column({ type: 'text' }) id!: string;
  @Column({ type: 'text' }) channelDatabase!: string;
  @Column({ type: 'text' }) channel!: string;
  /** The epoch of the channel database, and the place in its log then: they identify what was received. */
  @Column({ type: 'integer' }) epoch!: number;
  @Column({ type: 'bigint' }) counter!: number;
  @Column({ type: 'text' }) customerUuid!: string;
  /** The `id` of the customer at headquarters; null until the operation is applied. */
  @Column({ type: 'bigint', nullable: true }) customerId!: number | null;
  /** One of another kind than those of customers, or of a kind that nobody knows, was set aside on its way. */
  @Column({ type: 'text' }) kind!: string;
  @Column({ type: 'json' }) payload!: OperationPayload;
  /** True when an operator changed what the channel sent. */
  @Column({ type: 'boolean' }) corrected!: boolean;
  @Column({ type: 'text' }) state!: OperationState;
  @Column({ type: 'integer' }) tryCount!: number;
  @Column({ type: 'text', nullable: true }) nextTryAt!: string | null;
  @Column({ type: 'text', nullable: true }) errorCode!: string | null;
  @Column({ type: 'text', nullable: true }) error!: string | null;
  /** The upload session that brought it. */
  @Column({ type: 'text' }) sessionId!: string;
  @Column({ type: 'text' }) createdAt!: string;
  @Column({ type: 'text' }) receivedAt!: string;
  @Column({ type: 'text', nullable: true }) completedAt!: string | null;
  @Column({ type: 'text', nullable: true }) failedAt!: string | null;
  /** The sequence of the transaction that needed it and so synchronized it; null: the customer job did. */
  @Column({ type: 'bigint', nullable: true }) synchronizedBy!: number | null;
}

/** Replaces what a failed operation says by its correction. */
export const correctOperation = (tx: EntityManager, sequence: number, payload: OperationPayload) =>
  tx.update(CustomerOperation, { sequence }, { payload, corrected: true });

/**
 * SQL: the operations of customers whose UUIDs meet a condition. Those that are applied are found by the customer; of the others, which
 * are few, an index has the UUIDs. Two channel databases may have operations of one UUID by mistake: those of the second stay unfinished.
 */
export const operationsOf = (uuid: (column: string) => string): string =>
  `(select o.* from customer c cross join customer_operation o where ${uuid('c.uuid')} and o.customer_id = c.id and o.state = 'SYNCED'
    union all select o.* from customer_operation o where ${uuid('o.customer_uuid')} and ${unfinished})`;

export interface OperationFilter {
  channel?: string | undefined;
  customerUuid?: string | undefined;
  states?: readonly OperationState[] | undefined;
  /** Only these kinds, or all but these. */
  kinds?: { names: readonly string[]; include: boolean } | undefined;
  receivedAt?: Range | undefined;
  createdAt?: Range | undefined;
}

export const operationPage = (db: EntityManager, filter: OperationFilter, page: KeysetPage) =>
  keysetPage(db, CustomerOperation, 'sequence', columnsIn(filter), page, planFor(filter));

export function countOperations(db: EntityManager, filter: OperationFilter): Promise<number> {
  const { conditions = [], parts, few } = planFor(filter);
  const anyPart = parts && areUnfinished(filter.states) ? [`(${parts.join(' or ')})`] : [];
  return countWhere(db, CustomerOperation, columnsIn(filter), { conditions: [...conditions, ...anyPart], few });
}

const columnsIn = ({ channel, receivedAt, createdAt }: OperationFilter) => ({ channel, receivedAt, createdAt });

/** A customer has few operations, and few have failed or wait. Pending ones may be many, and are read in order. */
function planFor({ channel, customerUuid, states, kinds }: OperationFilter): Plan<CustomerOperation> {
  const inStates = states ? [`state in ${texts(states)}`] : [];
  const ofKinds = kinds ? [`kind ${kinds.include ? '' : 'not '}in ${texts(kinds.names)}`] : [];
  if (customerUuid !== undefined) {
    const from = (parameter: Parameter) => {
      const uuid = parameter(customerUuid);
      return `${operationsOf((column) => `${column} = ${uuid}`)} as found`;
    };
    return { conditions: [...inStates, ...ofKinds], few: { from } };
  }
  if (!areUnfinished(states))
    return { conditions: [...inStates, ...ofKinds], ...(channel === undefined ? {} : { parts: partsOf(kinds) }) };
  if (!states.includes('PENDING')) return { conditions: ofKinds, few: { conditions: [...inStates, unfinished] } };
  const parts = states.map((state) =>
    state === 'PENDING' && channel !== undefined ? `state = 'PENDING'` : `state = '${state}' and ${unfinished}`,
  );
  return { conditions: ofKinds, parts };
}

/** The indexes of a channel are by kind; operations that are about no customer are few, because they were set aside, and have their own. */
function partsOf(kinds: OperationFilter['kinds']): string[] {
  const isWanted = (kind: string) => !kinds || kinds.names.includes(kind) === kinds.include;
  const ofCustomer = kindsWith('ofCustomer');
  const wanted = ofCustomer.filter(isWanted).map((kind) => `kind = '${kind}'`);
  const onlyOfCustomer = kinds?.include && kinds.names.every((kind) => ofCustomer.includes(kind));
  return onlyOfCustomer ? wanted : [...wanted, `kind not in ${kindsIn('ofCustomer')}`];
}

export const areUnfinished = (states: readonly OperationState[] | undefined): states is readonly OperationState[] =>
  states !== undefined && !states.includes('SYNCED');

/** The condition of indexes. SQLite uses such an index only if the query repeats its condition word for word. */
export const unfinished = `state <> 'SYNCED'`;

const texts = (values: readonly string[]): string => `(${values.map((value) => `'${value}'`).join(', ')})`;

export const operationBySequence = (db: EntityManager, sequence: number): Promise<CustomerOperation | null> =>
  db.findOneBy(CustomerOperation, { sequence });
