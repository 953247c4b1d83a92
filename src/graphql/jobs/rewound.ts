import { type Accepted, acceptRestoredHeadquarters } from '../../domain/rewound.ts';
import { HeadquartersUnproven, InvalidInput, WrongState } from '../../errors.ts';
import { atMost } from '../arguments.ts';
import { builder } from '../builder.ts';
import { LARGEST_PAGE } from '../keyset.ts';
import { operatorAction } from '../vocabulary.ts';

const Moved = builder.objectRef<{ name: string; from: number; to: number }>('MovedNumbers').implement({
  description: 'A number sequence that was moved ahead.',
  fields: (t) => ({
    name: t.exposeString('name', { description: 'Name of the number sequence, such as `customer-account`.' }),
    from: t.expose('from', { type: 'BigInt', description: 'The next number before the move.' }),
    to: t.expose('to', { type: 'BigInt', description: 'The next number after the move.' }),
  }),
});

const AcceptedHeadquarters = builder.objectRef<Accepted>('AcceptedHeadquarters').implement({
  description: 'What was done to let a restored headquarters resume work.',
  fields: (t) => ({
    keptAccountIds: t.field({
      type: 'BigInt',
      description:
        'Number of account IDs assigned after the backup and now reserved for their customers. Each customer gets its ID back when its channel uploads it again, with the next conversion.',
      resolve: ({ kept }) => kept,
    }),
    takenAccountIds: t.stringList({
      description:
        'The first 100 account IDs that two customers have in their channels, because each was assigned twice before the restore was noticed. At headquarters, one of the two customers keeps the ID and the other gets a new one.',
      resolve: ({ taken }) => taken.slice(0, 100),
    }),
    sequences: t.field({
      type: [Moved],
      ...atMost(LARGEST_PAGE),
      description: 'The number sequences that were moved ahead.',
      resolve: ({ sequences }) => sequences,
    }),
    changeVersion: t.field({
      type: 'BigInt',
      description: 'The new change version of headquarters; not lower than any that a channel database has applied.',
      resolve: ({ version }) => version.to,
    }),
    lost: t.stringList({
      description: 'Names of the channel databases given up as lost. Headquarters no longer waits for them.',
      resolve: ({ lost }) => lost,
    }),
  }),
});

const AcceptInput = builder.inputType('AcceptRestoredHeadquartersInput', {
  description: 'How to resume work after headquarters was restored.',
  fields: (t) => ({
    lost: t.stringList({
      description:
        'Names of channel databases that are gone for good, so that what they know cannot be taken into account. All others must be available. Default: none.',
    }),
    skip: t.int({
      description:
        'How many numbers to skip in every sequence, beyond those that channels know: 0 to 1,000,000. This avoids reusing account IDs known only to lost channel databases, and numbers of sales orders, invoices, and statements, which channels do not know. Default: 0.',
    }),
  }),
});

operatorAction('acceptRestoredHeadquarters', {
  type: AcceptedHeadquarters,
  input: AcceptInput,
  inputDescription: 'The channel databases to give up and the numbers to skip.',
  description:
    'Resumes work after headquarters was restored from a backup older than what its channels know (HEADQUARTERS_REWOUND), or while some channel databases are unavailable (HEADQUARTERS_UNPROVEN). It asks every channel database what it knows, reserves the account IDs in use for the customers who have them, moves the number sequences and the change version past everything the channel databases know, and allows numbers to be assigned again. Channels with live conversion then immediately upload what headquarters lost; run the conversion for the others. What only headquarters had since the backup (corrections, sales orders, statements) is created again. This cannot be undone. If you have a newer backup, restore that instead.',
  may: 'accepting a restored headquarters',
  failures: [InvalidInput, WrongState, HeadquartersUnproven],
  run: async ({ lost, skip }, { actor }, { hq, channels, now, log, notice }) => {
    const surroundings = { hq, channels, now, log };
    const accepted = await acceptRestoredHeadquarters(surroundings, { lost: lost ?? [], skip: skip ?? 0 }, actor);
    for (const { code } of channels.all()) notice(code);
    return accepted;
  },
});
