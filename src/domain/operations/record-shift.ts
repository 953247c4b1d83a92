import { receiveShifts } from '../../data/hq/shift.bulk.ts';
import type { Kind } from './kind.ts';

export const recordShift: Kind = {
  name: 'RECORD_SHIFT',
  description: 'A shift was recorded. Listed only if headquarters could not accept it.',
  receive: receiveShifts,
};
