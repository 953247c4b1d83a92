import { Column, Entity, type EntityManager, PrimaryGeneratedColumn } from 'typeorm';
import { countWhere, type KeysetPage, keysetPage, type Range } from '../keyset-page.ts';
import type { OperationPayload } from '../operation-kinds.ts';

export const operationStates = ['PENDING', 'WAITING', 'FAILED', 'SYNCED'] as const;
type OperationState = (typeof operationStates)[number];

/** Something that a channel did with a customer. Added by the P-job; the resolver moves it from state to state. */
@Entity('customer_operation')
export class CustomerOperation {
  /** Order of arrival. */
  @PrimaryGeneratedColumn({ type: 'bigint' }) sequence!: number;
  /** Made where the operation was made. With its kind it identifies an operation of a customer: one that is sent again is ignored. */
  @Column({ type: 'text' }) id!: string;
  @Column({ type: 'text' }) channelDatabase!: string;
  @Column({ type: 'text' }) channel!: string;
  @Column({ type: 'bigint' }) counter!: number;
  @Column({ type: 'text' }) customerUuid!: string;
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

export interface OperationFilter {
  channel?: string | undefined;
  customerUuid?: string | undefined;
  states?: readonly OperationState[] | undefined;
  /** Only these kinds, or all but these. */
  kinds?: { names: readonly string[]; include: boolean } | undefined;
  receivedAt?: Range | undefined;
  createdAt?: Range | undefined;
}

export function operationPage(db: EntityManager, filter: OperationFilter, page: KeysetPage) {
  const { customerUuid, states, kinds, ...rest } = filter;
  const unfinished = customerUuid === undefined && areUnfinished(states);
  return keysetPage(db, CustomerOperation, 'sequence', { customerUuid, ...rest }, page, {
    conditions: unfinished ? ofKinds(kinds) : conditionsOf(filter),
    parts: unfinished ? states.map((state) => inState(state, filter.channel !== undefined)) : [],
    // A customer has few operations, and few have failed or wait.
    unindexed: customerUuid !== undefined || (unfinished && !states.includes('PENDING')) ? indexed : [],
  });
}

export function countOperations(db: EntityManager, filter: OperationFilter): Promise<number> {
  const { states, kinds, ...where } = filter;
  return countWhere(db, CustomerOperation, where, { conditions: conditionsOf(filter) });
}

/** What the indexes of a channel's operations begin with. */
const indexed = ['channel', 'receivedAt', 'createdAt'] as const;

type States = readonly OperationState[];

export const areUnfinished = (states: States | undefined): states is States =>
  states !== undefined && !states.includes('SYNCED');

/** SQLite uses a partial index only if the query repeats its condition word for word: of a channel’s pending operations, or of all unfinished ones. */
const inState = (state: OperationState, ofChannel: boolean): string =>
  state === 'PENDING' && ofChannel ? `state = 'PENDING'` : `state = '${state}' and state <> 'SYNCED'`;

const conditionsOf = ({ customerUuid, states, kinds }: OperationFilter): string[] => [
  ...(states ? [`${customerUuid === undefined ? 'state' : `(state || '')`} in ${texts(states)}`] : []),
  ...(customerUuid === undefined && areUnfinished(states) ? [`state <> 'SYNCED'`] : []),
  ...ofKinds(kinds),
];

const ofKinds = (kinds: OperationFilter['kinds']): string[] =>
  kinds ? [`kind ${kinds.include ? '' : 'not '}in ${texts(kinds.names)}`] : [];

const texts = (values: readonly string[]): string => `(${values.map((value) => `'${value}'`).join(', ')})`;

export const operationBySequence = (db: EntityManager, sequence: number): Promise<CustomerOperation | null> =>
  db.findOneBy(CustomerOperation, { sequence });
