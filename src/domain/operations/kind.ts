import type { EntityManager } from 'typeorm';
import type { DueOperation, Upload } from '../../data/hq/operation.bulk.ts';
import type { OperationKind } from '../../data/operation-kinds.ts';

/** How headquarters processes one kind of operation. Channels create operations with their nouns (domain/customer.ts and others). */
export interface Kind {
  name: OperationKind;
  /** What happened, for the list of customer operations. Absent for a kind that is never listed. */
  description?: string;
  /** Stores the operations of this kind from a package, in one set statement. Kinds may share a statement. */
  receive: (tx: EntityManager, upload: Upload) => Promise<unknown>;
  /** The operation creates its customer. Other kinds change an existing one. */
  creates?: true;
  /** The rule that a received operation alone breaks, whatever headquarters knows about its customer. */
  check?: (operation: DueOperation) => string | undefined;
  /** Applies valid operations, each of a different customer, in one set statement. */
  apply?: (tx: EntityManager, operations: readonly Numbered[], now: string) => Promise<unknown>;
}

/** An operation to apply, with its customer's account ID and new change version. */
interface Numbered {
  sequence: number;
  accountId: string;
  version: number;
}
