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

/** Receives a package, with one statement for each kind in it. */
export async function receivePackage(
  tx: EntityManager,
  { package: rows, counts }: UploadPackage,
  from: Omit<Upload, 'package'>,
): Promise<void> {
  const receivers = new Set([
    ...(counts[SET_ASIDE] ? [receiveOperations] : []),
    ...kinds.filter(({ name }) => counts[name]).map(({ receive }) => receive),
  ]);
  for (const receive of receivers) await receive(tx, { package: rows, ...from });
}
