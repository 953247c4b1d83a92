import { receiveShifts } from '../../data/hq/shift.bulk.ts';
import type { Kind } from './kind.ts';

export const recordShift: Kind = {
  name: 'RECORD_SHIFT',
  description: 'A shift was recorded. It is here only when headquarters could not take it.',
  receive: receiveShifts,
};
