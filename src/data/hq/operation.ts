import { Column, Entity, type EntityManager, PrimaryGeneratedColumn } from 'typeorm';
import { type KeysetPage, keysetPage } from '../keyset-page.ts';
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
  /** What synchronized it when it was not the customer job, e.g. `order 7f3c…`. */
  @Column({ type: 'text', nullable: true }) synchronizedBy!: string | null;
}

/** Replaces what a failed operation says by its correction. */
export const correctOperation = (tx: EntityManager, sequence: number, payload: OperationPayload) =>
  tx.update(CustomerOperation, { sequence }, { payload, corrected: true });

export interface OperationFilter {
  channel?: string | undefined;
  customerUuid?: string | undefined;
  states?: readonly OperationState[] | undefined;
}

export const operationPage = (db: EntityManager, { states, ...where }: OperationFilter, page: KeysetPage) =>
  keysetPage(db, CustomerOperation, 'sequence', where, page, { conditions: states ? [inStates(states)] : [] });

/** SQLite uses the index of unfinished operations only if the query repeats its condition word for word. */
const inStates = (states: readonly OperationState[]): string => {
  const listed =
    states.length === 1 ? `state = '${states[0]}'` : `state in (${states.map((state) => `'${state}'`).join(', ')})`;
  return states.includes('SYNCED') ? listed : `${listed} and state <> 'SYNCED'`;
};

export const operationBySequence = (db: EntityManager, sequence: number): Promise<CustomerOperation | null> =>
  db.findOneBy(CustomerOperation, { sequence });
