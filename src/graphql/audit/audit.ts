import { encodeGlobalID } from '@pothos/plugin-relay';
import { type AuditAction, AuditEntry as AuditRow, auditActions } from '../../data/hq/audit.ts';
import { countWhere, keysetPage, rowsWhere } from '../../data/keyset-page.ts';
import { decoded } from '../arguments.ts';
import { builder, nodeOf } from '../builder.ts';
import { conditionsOf, DateTimeRange, listById, orderInput, rangesOf } from '../keyset.ts';
import { enumOf, numberId, operatorNode, type Types, valueOrNull } from '../vocabulary.ts';

const Action = enumOf<AuditAction>('AuditAction', 'What an operator did.', auditActions);

const AuditEntry = operatorNode<AuditRow, number>('AuditEntry', {
  parse: numberId,
  keyOf: ({ id }) => id,
  read: (db, ids) => rowsWhere(db, AuditRow, 'id', { id: ids }),
});

/** The type and key of the record that an entry is about. */
function recordOf({ subject }: AuditRow): { typename: string; id: string } | null {
  if (subject === null) return null;
  const at = subject.indexOf(':');
  return { typename: subject.slice(0, at), id: subject.slice(at + 1) };
}

AuditEntry.implement({
  description:
    'An entry of the audit trail: what an operator did, stored together with the change. A change of several fields has an entry for each.',
  fields: (t) => ({
    at: t.expose('at', { type: 'DateTime', description: 'When it was done.' }),
    actor: t.exposeString('actor', { description: 'The name of the operator, as in the token.' }),
    action: t.expose('action', { type: Action, description: 'What the operator did.' }),
    name: t.exposeString('name', {
      description:
        'What was changed, as people called it then: `Channel houston`, `Order ABCD-EFGH-JKMN`, `All channels`.',
    }),
    subject: t.id({
      nullable: true,
      description:
        'Global ID of the record, to filter the audit trail by. Null if the action is not about one record with an ID.',
      resolve: (entry) => {
        const record = recordOf(entry);
        return record && encodeGlobalID(record.typename, record.id);
      },
    }),
    record: t.field({
      type: builder.nodeInterfaceRef(),
      nullable: true,
      description:
        'The record as it is now. Null if it no longer exists, or if the action is not about one with an ID.',
      resolve: (entry, _args, context, info) => {
        const record = recordOf(entry);
        return (record && nodeOf(record.typename, record.id, context, info)) as never;
      },
    }),
    field: valueOrNull(
      t,
      'String',
      'field',
      'The field that changed, such as `largest`, or `lines.2.quantity` within a list. Null if the entry is about the action as a whole.',
    ),
    oldValue: valueOrNull(t, 'String', 'oldValue', 'The value before the change. Null if there was none.'),
    newValue: valueOrNull(
      t,
      'String',
      'newValue',
      'The value after the change. Null if there is none. In an entry without a field, how many records the action was about.',
    ),
  }),
});

const AuditEntryConnection = builder.connectionObject(
  { type: AuditEntry, name: 'AuditEntryConnection' },
  { name: 'AuditEntryEdge' },
);

/** A field for what operators did to a record with this type and key. */
export const auditTrail = <Row extends object>(
  t: PothosSchemaTypes.ObjectFieldBuilder<Types, Row>,
  noun: string,
  subject: (row: Row) => string,
) =>
  t.connection(
    {
      type: AuditEntry,
      nullable: true,
      description: `What operators did to the ${noun}, oldest first.`,
      authScopes: { operator: 'reading the audit trail' },
      resolve: (row, args, { hq }) => {
        const where = { subject: subject(row) };
        return listById(hq, args, (db, page) => keysetPage(db, AuditRow, 'id', where, page), {
          count: (db) => countWhere(db, AuditRow, where),
        });
      },
    },
    AuditEntryConnection,
  );

const AuditFilter = builder.inputType('AuditFilter', {
  description: 'Limits a list of entries to those that match every field.',
  fields: (t) => ({
    subject: t.id({
      description:
        'Only what was done to this record: the global ID of a channel, statement, order, sale, schedule, or any other.',
    }),
    actor: t.string({ description: 'Only what the operator with this name did.' }),
    actions: t.field({ type: [Action], description: 'Only these actions.' }),
    at: t.field({ type: DateTimeRange, description: 'Only what was done in this period.' }),
  }),
});

const AuditOrder = orderInput('Audit', { AT: { by: 'at', description: 'When it was done.' } });

builder.queryField('auditTrail', (t) =>
  t.connection(
    {
      type: AuditEntry,
      nullable: true,
      description: 'Everything that operators did, with old and new values, newest first.',
      args: {
        filter: t.arg({ type: AuditFilter, description: 'The entries to list. Default: all.' }),
        orderBy: t.arg({ type: AuditOrder, description: 'The order of the list. Default: newest first.' }),
      },
      authScopes: { operator: 'reading the audit trail' },
      resolve: (_root, args, { hq }) => {
        const { subject, actor, actions, ...ranges } = conditionsOf(args.filter);
        const record = subject && decoded(String(subject));
        const where = {
          subject: record ? `${record.typename}:${record.id}` : undefined,
          actor,
          action: actions,
          ...rangesOf(ranges, ['at']),
        };
        return listById(hq, args, (db, page) => keysetPage(db, AuditRow, 'id', where, page), {
          orderBy: args.orderBy ?? { field: 'at', direction: 'DESC' },
          count: (db) => countWhere(db, AuditRow, where),
        });
      },
    },
    AuditEntryConnection,
  ),
);
