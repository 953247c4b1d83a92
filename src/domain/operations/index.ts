import type { EntityManager } from 'typeorm';
import type { UploadPackage } from '../../data/channel/operation.bulk.ts';
import { receiveOperations, type Upload } from '../../data/hq/operation.bulk.ts';
import { SET_ASIDE } from '../../data/operation-kinds.ts';
import { cancelOrder } from './cancel-order.ts';
import { addAddress, deactivateAddress, updateAddress } from './change-address.ts';
import { createCustomer } from './create-customer.ts';
import type { Kind } from './kind.ts';
import { recordShift } from './record-shift.ts';
import { recordTransaction } from './record-transaction.ts';
import { updateCustomer } from './update-customer.ts';

export const kinds: readonly Kind[] = [
  createCustomer,
  updateCustomer,
  addAddress,
  updateAddress,
  deactivateAddress,
  recordTransaction,
  cancelOrder,
  recordShift,
];

const byName = new Map<string, Kind>(kinds.map((kind) => [kind.name, kind]));

/** Undefined for an unknown kind: other software may have written anything to a log. */
export const kindOf = ({ kind }: { kind: string }): Kind | undefined => byName.get(kind);

/** Receives a package, with one statement for each kind in it. `ready`, and what is returned: see `receiveOperations`. */
export async function receivePackage(
  tx: EntityManager,
  { package: rows, counts, first }: UploadPackage,
  origin: Omit<Upload, 'package' | 'from'>,
  ready: readonly number[] = [],
): Promise<Map<number, number>> {
  const upload = { package: rows, from: first - 1, ...origin };
  const receivers = new Set<Kind['receive']>([
    ...(counts[SET_ASIDE] ? [receiveOperations] : []),
    ...kinds.filter(({ name }) => counts[name]).map(({ receive }) => receive),
  ]);
  const applied = receivers.delete(receiveOperations) ? await receiveOperations(tx, upload, ready) : new Map();
  for (const receive of receivers) await receive(tx, upload);
  return applied;
}
