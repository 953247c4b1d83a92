import {
  allNumberSequences,
  formatted,
  numberSequenceByName,
  type NumberSequence as Row,
} from '../../data/hq/number-sequence.ts';
import { extendNumberSequence } from '../../domain/number-sequence.ts';
import { InvalidInput, NotFound } from '../../errors.ts';
import { atMost } from '../arguments.ts';
import { builder } from '../builder.ts';
import { LARGEST_PAGE } from '../keyset.ts';
import { oneByOne, operatorMutation, operatorNode, textId } from '../vocabulary.ts';

const NumberSequence = operatorNode<Row, string>('NumberSequence', {
  parse: textId,
  keyOf: ({ name }) => name,
  read: oneByOne(numberSequenceByName),
});
NumberSequence.implement({
  description: 'Assigns numbers, such as account IDs, in order, without gaps, and each exactly once.',
  fields: (t) => ({
    name: t.exposeString('name', { description: 'Unique name, such as `customer-account`.' }),
    next: t.string({
      description: 'The next number as it will be displayed, such as `C00000042`.',
      resolve: (row) => formatted(row, row.nextNumber),
    }),
    nextNumber: t.expose('nextNumber', { type: 'BigInt', description: 'The next number, without prefix or padding.' }),
    largest: t.expose('largest', { type: 'BigInt', description: 'The largest number that may be assigned.' }),
    remaining: t.field({
      type: 'BigInt',
      description: 'How many numbers are left; 0 if the sequence is exhausted.',
      resolve: ({ largest, nextNumber }) => largest - nextNumber + 1,
    }),
    runsLow: t.boolean({
      description: 'Whether fewer than `warnBelow` numbers are left.',
      resolve: ({ largest, nextNumber, warnBelow }) => largest - nextNumber + 1 < warnBelow,
    }),
    warnBelow: t.expose('warnBelow', {
      type: 'BigInt',
      description: 'How many numbers must be left to avoid a warning (`runsLow`).',
    }),
  }),
});

builder.queryField('numberSequences', (t) =>
  t.field({
    type: [NumberSequence],
    nullable: true,
    ...atMost(LARGEST_PAGE),
    description: 'All number sequences: for account IDs, sales orders, invoices, and statements.',
    authScopes: { operator: 'reading number sequences' },
    resolve: (_root, _args, { hq }) => hq.read(allNumberSequences),
  }),
);

const UpdateInput = builder.inputType('UpdateNumberSequenceInput', {
  description: 'The changes to a number sequence; omitted fields keep their values.',
  fields: (t) => ({
    name: t.string({ required: true, description: 'Name of the number sequence.' }),
    largest: t.field({
      type: 'BigInt',
      description: 'The largest number that may be assigned; not less than the last number assigned.',
    }),
    warnBelow: t.field({
      type: 'BigInt',
      description: 'How many numbers must be left to avoid a warning; 0 or more.',
    }),
  }),
});

operatorMutation('updateNumberSequence', {
  type: NumberSequence,
  input: UpdateInput,
  inputDescription: 'The number sequence and the changes to it.',
  description:
    'Extends or limits a number sequence. Records that were waiting for numbers get theirs with the next run.',
  may: 'changing number sequences',
  failures: [InvalidInput, NotFound],
  run: (tx, input, { actor, at }) => extendNumberSequence(tx, input, actor, at),
});
