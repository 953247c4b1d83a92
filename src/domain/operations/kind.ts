import type { EntityManager } from 'typeorm';
import type { DueOperation, Upload } from '../../data/hq/operation.bulk.ts';
import type { OperationKind } from '../../data/operation-kinds.ts';

/** What headquarters does with one kind of operation. How a channel makes one is with its noun (domain/customer.ts and others). */
export interface Kind {
  name: OperationKind;
  /** What happened, for those who see it among the operations of customers; absent for a kind that is never there. */
  description?: string;
  /** Takes the operations of this kind out of a package, in one set statement. Kinds that share a statement name the same one. */
  receive: (tx: EntityManager, upload: Upload) => Promise<unknown>;
  /** It creates its customer. Other kinds change one that headquarters has. */
  creates?: true;
  /** What is wrong with a received operation by itself, whatever headquarters has of its customer. */
  check?: (operation: DueOperation) => string | undefined;
  /** Applies operations that are in order, each of another customer, in one set statement. */
  apply?: (tx: EntityManager, operations: readonly Numbered[], now: string) => Promise<unknown>;
}

/** An operation to apply, with the account ID of its customer and the version that the customer gets. */
interface Numbered {
  sequence: number;
  accountId: string;
  version: number;
}
