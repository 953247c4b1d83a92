import { type Accepted, acceptRestoredHeadquarters } from '../../domain/rewound.ts';
import { HeadquartersUnproven, InvalidInput, WrongState } from '../../errors.ts';
import { atMost } from '../bounded.ts';
import { builder } from '../builder.ts';
import { LARGEST_PAGE } from '../keyset.ts';
import { operatorAction } from '../vocabulary.ts';

const Moved = builder.objectRef<{ name: string; from: number; to: number }>('MovedNumbers').implement({
  description: 'A count that was moved ahead.',
  fields: (t) => ({
    name: t.exposeString('name', { description: 'Which number sequence, e.g. `customer-account`.' }),
    from: t.expose('from', { type: 'BigInt', description: 'The number that would have come next.' }),
    to: t.expose('to', { type: 'BigInt', description: 'The number that comes next now.' }),
  }),
});

const AcceptedHeadquarters = builder.objectRef<Accepted>('AcceptedHeadquarters').implement({
  description: 'What was done so that a restored headquarters can go on.',
  fields: (t) => ({
    keptAccountIds: t.field({
      type: 'BigInt',
      description:
        'Account IDs that were given after the backup and are kept for their customers: each gets its own back when its channel uploads it again, with the next conversion.',
      resolve: ({ kept }) => kept,
    }),
    takenAccountIds: t.stringList({
      description:
        'Account IDs that two customers have in their channels, given twice before this was noticed; the first 100. One of the two keeps it at headquarters, the other gets a new one there.',
      resolve: ({ taken }) => taken.slice(0, 100),
    }),
    sequences: t.field({
      type: [Moved],
      ...atMost(LARGEST_PAGE),
      description: 'Number sequences that were moved ahead.',
      resolve: ({ sequences }) => sequences,
    }),
    changeVersion: t.field({
      type: 'BigInt',
      description: 'Headquarters’ change version now: past everything that channel databases have applied.',
      resolve: ({ version }) => version.to,
    }),
    lost: t.stringList({
      description: 'Channel databases that do not answer and are not waited for any more.',
      resolve: ({ lost }) => lost,
    }),
  }),
});

const AcceptInput = builder.inputType('AcceptRestoredHeadquartersInput', {
  description: 'How to go on with a restored headquarters.',
  fields: (t) => ({
    lost: t.stringList({
      description:
        'Names of channel databases that will never answer again: what they know cannot be heeded. Every other one must answer. Default: none.',
    }),
    skip: t.int({
      description:
        'Numbers to leave out in every sequence besides those that channels know, 0 to 1,000,000: for account IDs of lost channel databases, and for sales orders, invoices and statements, whose numbers channels do not know. Default 0.',
    }),
  }),
});

operatorAction('acceptRestoredHeadquarters', {
  type: AcceptedHeadquarters,
  input: AcceptInput,
  inputDescription: 'How.',
  description:
    'Resumes work after headquarters was restored from a backup that is older than its channels (HEADQUARTERS_REWOUND), or while some channel databases do not answer (HEADQUARTERS_UNPROVEN). It asks every channel database, reserves the account IDs that they know for the customers who have them, moves the number sequences and the change version past everything that they know, and allows numbers to be assigned again. Channels with live conversion then upload what headquarters has lost immediately; run the conversion for the others. Whatever only headquarters had since the backup (corrections, sales orders, statements) is created again. This cannot be undone; if you have a newer backup, restore that instead.',
  may: 'accepting a restored headquarters',
  failures: [InvalidInput, WrongState, HeadquartersUnproven],
  run: async ({ lost, skip }, { actor }, { hq, channels, now, log, notice }) => {
    const surroundings = { hq, channels, now, log };
    const accepted = await acceptRestoredHeadquarters(surroundings, { lost: lost ?? [], skip: skip ?? 0 }, actor);
    for (const { code } of channels.all()) notice(code);
    return accepted;
  },
});
