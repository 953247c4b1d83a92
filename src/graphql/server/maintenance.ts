import type { Maintenance as MaintenanceRow } from '../../data/hq/maintenance.ts';
import { setMaintenance } from '../../domain/maintenance.ts';
import { InvalidInput } from '../../errors.ts';
import { builder } from '../builder.ts';
import { announceSettings } from '../channel/channel.ts';
import { operatorMutation } from '../vocabulary.ts';

/** The row, or nothing while headquarters is not in maintenance. */
type State = Partial<Pick<MaintenanceRow, 'reason' | 'since'>>;

export const Maintenance = builder.objectRef<State>('Maintenance').implement({
  description: 'Whether headquarters is in maintenance.',
  fields: (t) => ({
    on: t.boolean({
      description:
        'True: synchronous creations do not wait for headquarters; they fall back (`fallbackReason: MAINTENANCE`). Jobs, schedules, and live conversion go on.',
      resolve: ({ since }) => since !== undefined,
    }),
    reason: t.string({
      nullable: true,
      description: 'What the operator said about it. Null if nothing, or if it is not on.',
      resolve: ({ reason }) => reason ?? null,
    }),
    since: t.field({
      type: 'DateTime',
      nullable: true,
      description: 'When it was switched on. Null if it is not on.',
      resolve: ({ since }) => since ?? null,
    }),
  }),
});

const SetMaintenanceInput = builder.inputType('SetMaintenanceInput', {
  description: 'Switches maintenance.',
  fields: (t) => ({
    on: t.boolean({ required: true, description: 'Whether headquarters is in maintenance.' }),
    reason: t.string({
      description: 'What operators and clients should know about it, such as "until 6 p.m."; at most 200 characters.',
    }),
  }),
});

operatorMutation('setMaintenance', {
  type: Maintenance,
  input: SetMaintenanceInput,
  inputDescription: 'Whether headquarters is in maintenance, and why.',
  description:
    'Puts headquarters in maintenance, or ends it: channels in synchronous mode create customers asynchronously meanwhile, without waiting. Creations that are waiting already keep waiting. It concerns nothing else: jobs, schedules, and live conversion go on. All servers share it (`serverInfo`).',
  may: 'switching maintenance',
  failures: [InvalidInput],
  run: async (tx, input, who) => (await setMaintenance(tx, input, who)) ?? {},
  afterCommit: (_state, context) => announceSettings(context),
});
