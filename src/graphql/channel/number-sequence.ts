import {
  allNumberSequences,
  formatted,
  numberSequenceByName,
  type NumberSequence as Row,
} from '../../data/hq/number-sequence.ts';
import { updateNumberSequence } from '../../domain/number-sequence.ts';
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
    prefix: t.exposeString('prefix', { description: 'What every number begins with; may be empty.' }),
    digits: t.exposeInt('digits', {
      description: 'The digits after the prefix; shorter numbers are padded with zeros.',
    }),
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
    prefix: t.string({
      description:
        'What every number begins with: at most 10 digits, capital letters, and `. _ / -`, the first a digit or a letter.',
    }),
    digits: t.int({ description: 'The digits after the prefix, 1 to 15.' }),
    nextNumber: t.field({
      type: 'BigInt',
      description: 'The next number; above all that are assigned in the same format.',
    }),
    largest: t.field({
      type: 'BigInt',
      description:
        'The largest number that may be assigned; not less than the last number assigned. If it is the largest of its format and the digits change, it becomes the largest of the new format.',
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
    'Changes the format of a number sequence, or extends, limits, or advances it. Numbers that were assigned stay as they are. Records that were waiting for numbers get theirs with the next run.',
  may: 'changing number sequences',
  failures: [InvalidInput, NotFound],
  run: (tx, input, { actor, at }) => updateNumberSequence(tx, input, actor, at),
});
