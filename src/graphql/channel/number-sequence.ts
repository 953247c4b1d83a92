import {
  allNumberSequences,
  formatted,
  numberSequenceByName,
  type NumberSequence as Row,
} from '../../data/hq/number-sequence.ts';
import { extendNumberSequence } from '../../domain/number-sequence.ts';
import { InvalidInput, NotFound } from '../../errors.ts';
import { atMost } from '../bounded.ts';
import { builder } from '../builder.ts';
import { LARGEST_PAGE } from '../keyset.ts';
import { oneByOne, operatorMutation, operatorNode, textId } from '../vocabulary.ts';

const NumberSequence = operatorNode<Row, string>('NumberSequence', {
  parse: textId,
  keyOf: ({ name }) => name,
  read: oneByOne(numberSequenceByName),
});
NumberSequence.implement({
  description: 'Where account IDs come from: in order, without a gap, each once.',
  fields: (t) => ({
    name: t.exposeString('name', { description: 'Its name: `customer-account`.' }),
    next: t.string({
      description: 'The next number, as it will look.',
      resolve: (row) => formatted(row, row.nextNumber),
    }),
    nextNumber: t.expose('nextNumber', { type: 'BigInt', description: 'The next number.' }),
    largest: t.expose('largest', { type: 'BigInt', description: 'The largest number that may be given.' }),
    remaining: t.field({
      type: 'BigInt',
      description: 'How many are left.',
      resolve: ({ largest, nextNumber }) => largest - nextNumber + 1,
    }),
    runsLow: t.boolean({
      description: 'Whether fewer are left than the warning threshold.',
      resolve: ({ largest, nextNumber, warnBelow }) => largest - nextNumber + 1 < warnBelow,
    }),
    warnBelow: t.expose('warnBelow', { type: 'BigInt', description: 'The warning threshold.' }),
  }),
});

builder.queryField('numberSequences', (t) =>
  t.field({
    type: [NumberSequence],
    nullable: true,
    ...atMost(LARGEST_PAGE),
    description: 'The number sequences.',
    authScopes: { operator: 'reading number sequences' },
    resolve: (_root, _args, { hq }) => hq.read(allNumberSequences),
  }),
);

const UpdateInput = builder.inputType('UpdateNumberSequenceInput', {
  description: 'What to change; what is left out stays.',
  fields: (t) => ({
    name: t.string({ required: true, description: 'Which sequence.' }),
    largest: t.field({
      type: 'BigInt',
      description: 'The largest number that may be given; not below what was given already.',
    }),
    warnBelow: t.field({ type: 'BigInt', description: 'The warning threshold; 0 or more.' }),
  }),
});

operatorMutation('updateNumberSequence', {
  type: NumberSequence,
  input: UpdateInput,
  inputDescription: 'What to change.',
  description: 'Extends or limits a number sequence. Customers that waited for numbers get theirs with the next run.',
  may: 'changing number sequences',
  failures: [InvalidInput, NotFound],
  run: (tx, input, { actor, at }) => extendNumberSequence(tx, input, actor, at),
});
