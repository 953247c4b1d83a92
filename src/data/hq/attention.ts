import type { EntityManager } from 'typeorm';
import { packed, rows } from '../columns.ts';
import { listed } from '../dialect/expressions.ts';
import type { KeysetPage } from '../keyset-page.ts';
import { single, sql } from '../sql.ts';
import { calculationStates, postingStates, statementNodes } from './statement.ts';

export interface AttentionRow {
  /** Place among the kinds. */
  rank: number;
  kind: AttentionKind;
  /** Key of the record that it is about, as text. */
  subject: string;
  /** The GraphQL type of that record. */
  type: string;
  /** Tells it from others of its kind, which may be about the same record. */
  item: string;
  channel: string | null;
  /** What people call the record. */
  name: string;
  /** Empty: nobody knows. */
  since: string;
  /** A key of `attentionReasons`, or the code of a recorded error. */
  reason: string;
  message: string;
}

/** Why something needs attention, where it is not an error that a job recorded. */
export const attentionReasons = {
  NUMBER_SEQUENCE_LOW: 'Few numbers are left.',
  NOT_UPLOADED: 'Nothing uploads the channel.',
  NOT_DOWNLOADED: 'Nothing downloads account IDs to the channel.',
  CUSTOMERS_WAIT: 'Customer operations wait for a conversion.',
  ORDERS_WAIT: 'Orders wait to be synchronized.',
  SALES_WAIT: 'Sales wait for the end of day.',
  SHIFTS_WAIT: 'Closed shifts wait for the end of day.',
  NOT_POSTED: 'A statement waits for the end of day.',
  EDITING: 'Somebody has not finished editing.',
  ON_HOLD: 'Somebody asked for a review.',
  NOT_CLOSED: 'Nobody has counted and closed a shift.',
} as const;

/** What headquarters' database cannot tell: somebody has looked elsewhere. */
export type Observed = Omit<AttentionRow, 'rank' | 'type'>;

/** What waits for a job, and moves on only when one of these runs. */
export type Waiting = 'customers' | 'orders';

export interface AttentionFilter {
  /** Only of this channel: what is about headquarters as a whole is left out. */
  channel?: string | undefined;
  kinds?: readonly AttentionKind[] | undefined;
  /** What has waited since before this time should have gone on, unless a schedule will get to it. */
  waitingSince: string;
  /** What has waited since before this time should have gone on in any case. */
  dayAgo: string;
  /** The day that it is in each channel: a shift of an earlier day should have been closed. */
  today: readonly { channel: string; today: string }[];
  /** The jobs and chains that move what waits. */
  movers: readonly { what: Waiting; job: string }[];
  observed: readonly Observed[];
}

/** The place of an item in the list. */
export interface AttentionKey {
  rank: number;
  since: string;
  item: string;
}

/** What a kind means to people, and the statement that finds what is of this kind. */
interface Source {
  description: string;
  /** The GraphQL type of the record concerned. */
  type: string;
  toDo: string;
  /** What to do instead for these reasons. */
  toDoFor?: Readonly<Record<string, string>>;
  rows: (db: EntityManager) => string;
  /** Whether its rows have an `item` of their own: several may be about one record. */
  items?: true;
  /** Whether its rows have a `type` of their own, which implements that of the kind. */
  types?: true;
}

const columns = {
  rank: 'bigint',
  kind: 'text',
  subject: 'text',
  type: 'text',
  item: 'text',
  channel: 'text',
  name: 'text',
  since: 'text',
  reason: 'text',
  message: 'text',
} as const;

const unfinished = [...calculationStates, ...postingStates.slice(0, -1)].map((state) => `'${state}'`).join(', ');

const inTrouble = `status in ('WAITING', 'FAILED', 'EDITING')`;

const typeOfTransaction = `case when kind = 'CASH_AND_CARRY' then 'Sale' else 'Order' end`;
const typeOfStatement = `case when type = 'FINANCIAL' then '${statementNodes.FINANCIAL}' else '${statementNodes.TRANSACTIONAL}' end`;
const nameOfTransaction = `${typeOfTransaction} || ' ' || reference`;

/** Every parameter is a column of `used`. */
const used = (name: string) => `(select ${name} from used)`;

const todays = (db: EntityManager) => rows(db, { channel: 'text', today: 'text' }, used('today'));

/** Rows that the caller observed. */
const observed = (kind: string): Pick<Source, 'items' | 'rows'> => ({
  items: true,
  rows: (db) => {
    const { rank: _, type: __, ...given } = columns;
    return `select x.subject, x.item, x.channel, x.name, x.since, x.reason, x.message from ${rows(db, given, used('observed'))} where x.kind = '${kind}'`;
  },
});

/**
 * Everything that needs a person, most urgent first.
 *
 * Partial indexes keep the cost proportional to what is in trouble, not to the size of the tables. SQLite uses one only if the query repeats its condition word for word.
 */
const sources = {
  HEADQUARTERS_REWOUND: {
    description:
      'A channel knows more than headquarters, which was restored from an older backup. No numbers are assigned.',
    type: 'Channel',
    toDo: 'Restore a newer backup of headquarters. Or continue with this one: run acceptRestoredHeadquarters, then runConversion.',
    // The subject is a channel of this database, or the database itself when no channel lives in it.
    rows: () =>
      `select coalesce((select min(c.code) from channel c where c.channel_database = r.channel_database), r.channel_database) as subject, null as channel, 'Channel database ' || r.channel_database as name, r.since,
         'HEADQUARTERS_REWOUND' as reason, 'The channel database ' || r.channel_database || ' knows more than headquarters, which was restored from an older backup.' as message
       from rewinding r where r.verdict = 'AHEAD'`,
  },
  NUMBER_SEQUENCE_LOW: {
    description: 'A number sequence is running low or is exhausted.',
    type: 'NumberSequence',
    toDo: 'Extend it with updateNumberSequence before it is exhausted.',
    toDoFor: {
      NUMBER_SEQUENCE_EXHAUSTED:
        'Extend it with updateNumberSequence. What is waiting for a number continues automatically.',
    },
    rows: () =>
      `select name as subject, null as channel, 'Number sequence ' || name as name, '' as since, case when next_number > largest then 'NUMBER_SEQUENCE_EXHAUSTED' else 'NUMBER_SEQUENCE_LOW' end as reason,
         'The number sequence ' || name || case when next_number > largest then ' is exhausted: its last number is ' || largest || '.'
           else ' has ' || (largest - next_number + 1) || ' numbers left.' end as message
       from number_sequence where largest - next_number + 1 < warn_below`,
  },
  CHANNEL_DATABASE_UNAVAILABLE: {
    description: 'The database of a channel is unavailable to headquarters.',
    type: 'Channel',
    toDo: 'Make sure the database exists and can be reached. What is waiting in it then continues automatically.',
    ...observed('CHANNEL_DATABASE_UNAVAILABLE'),
  },
  JOB_FAILED: {
    description:
      'A job, alone or in a chain, failed for a channel and has not succeeded for that channel since. A failure for many channels in one run is one item.',
    type: 'JobRun',
    toDo: 'Read its error and failures, fix the cause, then run retryJobRun. The next scheduled run also retries.',
    toDoFor: {
      DATABASE_UNAVAILABLE:
        'Make sure that the database named in the message can be reached, then run retryJobRun. The next scheduled run also retries.',
      CHANNEL_DATABASE_REWOUND:
        'If the channel database was restored or replaced on purpose, adopt it with adoptChannelDatabase. Otherwise, put the right database back. Then run the conversion.',
      NUMBER_SEQUENCE_EXHAUSTED: 'Extend the number sequence with updateNumberSequence, then run retryJobRun.',
      HEADQUARTERS_REWOUND:
        'Restore a newer backup of headquarters, or continue with this one: run acceptRestoredHeadquarters, then retryJobRun.',
      HEADQUARTERS_UNPROVEN:
        'Make sure that the channel databases named in the message can be reached. If one is gone for good, name it as lost in acceptRestoredHeadquarters. Then run retryJobRun.',
      CHANNEL_NOT_FOUND:
        'Create the channel named in the message, or remove it from the schedule that started the run (updateSchedule).',
      RUN_CRASHED:
        'Find out what ended the process, usually an oversized record that used up its memory, then run retryJobRun.',
      INTERNAL: 'Find the run in the log of headquarters, fix the cause, then run retryJobRun.',
    },
    items: true,
    // A failure for many channels in one run is one item. A channel sees what failed for its own database.
    rows: () =>
      `select cast(run_id as text) as subject, run_id || '/' || job || '/' || min(channel) as item, case when count(*) = 1 then min(channel) end as channel,
         'Run ' || run_id || ' of ' || job as name, min(since) as since, code as reason, job || ' failed for ' || case when count(*) > 1 and count(*) = (select count(*) from channel) then 'all channels'
           else string_agg(channel, ', ' order by channel) end || ': ' || message as message
       from job_failure where ${used('only_channel')} = '' or channel = ${used('only_channel')} and not is_whole
       group by run_id, job, code, message`,
  },
  CHANNEL_NOT_UPLOADED: {
    description: 'A channel has operations that have not been uploaded, the oldest for more than 15 minutes.',
    type: 'Channel',
    toDo: 'Run the P-job or the conversion for the channel. To prevent this, enable a schedule that does, or live conversion.',
    ...observed('CHANNEL_NOT_UPLOADED'),
  },
  CHANNEL_NOT_DOWNLOADED: {
    description:
      'Headquarters has account IDs or corrections for a channel that have not been downloaded, the oldest for more than 15 minutes.',
    type: 'Channel',
    toDo: 'Run 1010 or the conversion for the channel. To prevent this, enable a schedule that does, or live conversion.',
    ...observed('CHANNEL_NOT_DOWNLOADED'),
  },
  WORK_WAITING: {
    description:
      'Customer operations or orders of a channel have been waiting at headquarters for more than 15 minutes and no schedule will process them, or they or sales have been waiting for more than a day.',
    type: 'Channel',
    toDo: 'Run the conversion for the channel. To prevent this, enable a schedule that does, or live conversion.',
    toDoFor: {
      ORDERS_WAIT:
        'Run Synchronize orders for the channel. To prevent this, enable a schedule that does, or live conversion.',
      SALES_WAIT: 'Run the end of day for the channel, or create a schedule that does.',
    },
    items: true,
    rows: (db) =>
      `select w.channel as subject, w.channel || '/' || w.what as item, w.channel, 'Channel ' || w.channel as name, w.since, w.reason,
         w.what || ' have waited since ' || w.since || ': ' || case when w.moved then 'no run has got to them' else 'no enabled schedule gets to them'
           || case when w.live then '' else ', and live conversion is off' end end || '.' as message
       from (${Object.values(waiting)
         .map((one) => one(db))
         .join(' union all ')}) as w
       where w.since < ${used('day_ago')} or w.since < ${used('waiting_since')} and not w.moved`,
  },
  STATEMENT_FAILED: {
    description: 'A statement failed to reach its next state. The next attempt resumes there.',
    type: 'Statement',
    types: true,
    toDo: 'Fix the cause named in its error, then run the job again: calculate or post. Until posting begins, you can clear it instead.',
    toDoFor: {
      STATEMENT_TOTALS_CHANGED:
        'Clear it with clearStatement, then run the end of day: the sales are calculated again.',
      STATEMENT_OUT_OF_BALANCE:
        'Clear it with clearStatement, switch the validation rules back on (setValidationRule), and validate its sales again (revalidateTransactions). Correct the sales that fail, then run the end of day.',
      CUSTOMER_WITHOUT_ACCOUNT:
        'Correct the failed operations of the customers named in the message (correctCustomerOperation), run the conversion, then the end of day.',
      COUNTING_DIFFERENCE:
        'Check the counts. Then allow the difference with updateStatementSettings (maximumCountingDifference), or clear the statement with clearStatement, and run the end of day.',
      NUMBER_SEQUENCE_EXHAUSTED: 'Extend the number sequence with updateNumberSequence, then run the end of day.',
    },
    rows: () =>
      `select cast(id as text) as subject, ${typeOfStatement} as type, channel, 'Statement ' || statement_id as name, updated_at as since, error_code as reason,
         'Statement ' || statement_id || ' of ' || business_date || ' stopped at ' || state || ': ' || error as message from statement
       where error_code is not null and state in (${unfinished}) and state not in ('POSTED', 'CLEARED')`,
  },
  STATEMENT_NOT_POSTED: {
    description: 'A statement was started or calculated more than a day ago and has not been posted.',
    type: 'Statement',
    types: true,
    toDo: 'Run the end of day for its channel, or create a schedule that does.',
    rows: () =>
      `select cast(id as text) as subject, ${typeOfStatement} as type, channel, 'Statement ' || statement_id as name, created_at as since, 'NOT_POSTED' as reason,
         'Statement ' || statement_id || ' of ' || business_date || ' was started at ' || created_at || ' and is ' || state || '.' as message from statement
       where error_code is null and state in (${unfinished}) and state not in ('POSTED', 'CLEARED') and created_at < ${used('day_ago')}`,
  },
  STATEMENT_MISSING: {
    description: 'Validated sales or closed shifts of a channel have not been in a statement for more than a day.',
    type: 'Channel',
    toDo: 'Run the end of day for the channel, or create a schedule that does.',
    items: true,
    // The first one is enough: it says that nobody posts what the channel sells.
    rows: (db) =>
      `select t.channel as subject, t.channel || '/sales' as item, t.channel, 'Channel ' || t.channel as name, t.modified_at as since, 'SALES_WAIT' as reason,
         'Sales of ' || t.business_date || ' have been valid since ' || t.modified_at || ' and are in no statement.' as message
       from (select (select l.sequence from retail_transaction l where l.channel = x.channel and l.business_date < x.today
               and l.status = 'SUCCEEDED' and l.kind = 'CASH_AND_CARRY' and l.statement_id is null and l.modified_at < ${used('day_ago')}
               order by l.business_date limit 1) as sequence from ${todays(db)}) as p cross join retail_transaction t where t.sequence = p.sequence
       union all
       select s.channel, s.channel || '/shifts', s.channel, 'Channel ' || s.channel, s.received_at, 'SHIFTS_WAIT',
         'Shifts of ' || s.business_date || ' have been closed since ' || coalesce(s.closed_at, s.received_at) || ' and are in no statement.'
       from (select (select l.id from shift l where l.channel = x.channel and l.business_date < x.today
               and l.state = 'CLOSED' and l.statement_id is null and l.received_at < ${used('day_ago')}
               order by l.business_date limit 1) as id from ${todays(db)}) as p cross join shift s where s.id = p.id`,
  },
  CUSTOMER_OPERATION_FAILED: {
    description: 'A customer operation was set aside, so the customer has no account ID or is missing a change.',
    type: 'CustomerOperation',
    toDo: 'Correct it with correctCustomerOperation, or retry it with retryCustomerOperation. Orders and sales waiting for it continue automatically.',
    toDoFor: {
      INVALID_INPUT:
        'Correct the value named in the message with correctCustomerOperation. Orders and sales waiting for it continue automatically.',
      INTERNAL: 'Find the operation in the log of headquarters, fix the cause, then run retryCustomerOperation.',
      UUID_CONFLICT:
        'Two customers share a UUID. Create this customer again in its channel with a new UUID, and change its orders and sales to that UUID with editTransaction.',
    },
    rows: () =>
      `select cast(sequence as text) as subject, channel, 'Customer operation ' || sequence || ' of ' || channel as name,
         coalesce(failed_at, received_at) as since, error_code as reason,
         'Customer ' || customer_uuid || ': ' || error as message from customer_operation where state = 'FAILED' and state <> 'SYNCED'`,
  },
  // A transaction whose customer failed continues by itself once the customer is fixed.
  TRANSACTION_FAILED: {
    description: 'An order or a sale was set aside.',
    type: 'RetailTransaction',
    types: true,
    toDo: 'Correct it with editTransaction, retry it with retryTransaction, or void it with voidTransaction.',
    toDoFor: {
      DUPLICATE_TRANSACTION:
        'Void it with voidTransaction if it was sent twice. Otherwise, record it again in its channel.',
      INTERNAL: 'Find it in the log of headquarters, fix the cause, then run retryTransaction.',
      VALIDATION_ERROR:
        'Correct it with editTransaction. If the rule does not apply, switch it off with setValidationRule and run revalidateTransactions.',
    },
    rows: () =>
      `select channel || '/' || uuid as subject, ${typeOfTransaction} as type, channel, ${nameOfTransaction} as name, modified_at as since, error_code as reason,
         ${nameOfTransaction} || ': ' || error as message from retail_transaction
       where status = 'FAILED' and ${inTrouble} and next_try_at is null and error_code not in ('ASYNC_CUSTOMER_SYNC_FAILED', 'ASYNC_ADDRESS_SYNC_FAILED')`,
  },
  TRANSACTION_WAITING: {
    description: 'An order or a sale has been waiting for its customer or address for more than 15 minutes.',
    type: 'RetailTransaction',
    types: true,
    toDo: 'Make sure that the P-job uploads the channel that created the customer. If it never will, choose another customer with editTransaction, or void the transaction.',
    toDoFor: {
      ASYNC_ADDRESS_NOT_UPLOADED:
        'If the customer has no address with this UUID, choose another one with editTransaction. If the address exists, make sure that the P-job uploads its channel.',
      NUMBER_SEQUENCE_EXHAUSTED: 'Extend the number sequence with updateNumberSequence.',
    },
    rows: () =>
      `select channel || '/' || uuid as subject, ${typeOfTransaction} as type, channel, ${nameOfTransaction} as name, received_at as since, error_code as reason,
         ${nameOfTransaction} || ': ' || error as message from retail_transaction
       where status = 'WAITING' and ${inTrouble} and received_at < ${used('waiting_since')}`,
  },
  TRANSACTION_EDITING: {
    description: 'Somebody is editing an order or a sale, so jobs skip it.',
    type: 'RetailTransaction',
    types: true,
    toDo: 'Save it with editTransaction, or release it with releaseTransaction.',
    rows: () =>
      `select channel || '/' || uuid as subject, ${typeOfTransaction} as type, channel, ${nameOfTransaction} as name, modified_at as since, 'EDITING' as reason,
         ${nameOfTransaction} || ' has been open for editing since ' || modified_at || '.' as message from retail_transaction
       where status = 'EDITING' and ${inTrouble}`,
  },
  SALES_ORDER_ON_HOLD: {
    description: 'A sales order has been on hold since its transaction was corrected.',
    type: 'SalesOrder',
    toDo: 'Review it, then release it with releaseSalesOrder.',
    rows: () =>
      `select cast(id as text) as subject, channel, 'Sales order ' || sales_order_id as name, created_at as since, 'ON_HOLD' as reason,
         'Sales order ' || sales_order_id || ' is on hold: ' || hold_code || '.' as message from sales_order
       where hold_code is not null and status = 'OPEN'`,
  },
  SHIFT_NOT_CLOSED: {
    description: 'A shift of an earlier business date is not closed, so its financial statement is waiting.',
    type: 'Shift',
    toDo: 'Count its tenders and close it in its channel with closeShift. If the channel has lost it, close it with closeLostShift.',
    rows: (db) =>
      `select s.channel || '/' || s.uuid as subject, s.channel,
         'Shift of ' || s.business_date || ' at register ' || s.register || ' of ' || s.channel as name, s.opened_at as since, 'NOT_CLOSED' as reason,
         'The shift of ' || s.business_date || ' at register ' || s.register || ' is ' || s.state || '.' as message
       from ${todays(db)} cross join shift s
       where s.state <> 'CLOSED' and s.channel = x.channel and s.business_date < x.today`,
  },
} satisfies Record<string, Source>;

export type AttentionKind = keyof typeof sources;
export const attentionKinds = Object.keys(sources) as AttentionKind[];
export const aboutAttention = (kind: AttentionKind): Omit<Source, 'rows' | 'items' | 'types'> => sources[kind];

/** The oldest of each channel that waits for a job, since when, and whether a schedule will get to it. */
const waiting = {
  customers: (db: EntityManager) =>
    oldest('Customer operations', 'CUSTOMERS_WAIT', {
      since: `select coalesce(o.failed_at, o.received_at) from customer_operation o where o.channel = c.code and o.state = 'PENDING' order by o.sequence limit 1`,
      moved: moved(db, 'customers'),
    }),
  orders: (db: EntityManager) =>
    oldest('Orders', 'ORDERS_WAIT', {
      since: `select t.modified_at from retail_transaction t where t.channel = c.code and t.status = 'NONE' and t.kind <> 'CASH_AND_CARRY' order by t.sequence limit 1`,
      moved: moved(db, 'orders'),
    }),
  // Many a store runs its end of day by hand: sales may wait for that.
  sales: () =>
    oldest('Sales', 'SALES_WAIT', {
      since: `select t.modified_at from retail_transaction t where t.channel = c.code and t.status = 'NONE' and t.kind = 'CASH_AND_CARRY' order by t.sequence limit 1`,
      moved: 'true',
    }),
};

const oldest = (what: string, reason: string, { since, moved }: { since: string; moved: string }) =>
  `select c.code as channel, c.live_conversion as live, '${what}' as what, '${reason}' as reason, (${since}) as since, ${moved} as moved from channel c`;

/** Whether an enabled schedule, which is not late itself, gets to what waits in channel `c`. */
const moved = (db: EntityManager, what: Waiting) =>
  `exists (select 1 from schedule plan join ${rows(db, { what: 'text', job: 'text' }, used('movers'))} on x.job = plan.job
     where x.what = '${what}' and plan.enabled and plan.next_run_at > ${used('waiting_since')} and (plan.channels is null or c.code in ${listed(db, 'plan.channels')}))`;

function everything(
  db: EntityManager,
  filter: AttentionFilter,
): { statement: (rest: string) => string; parameters: unknown[] } {
  const kinds = attentionKinds.filter((kind) => !filter.kinds || filter.kinds.includes(kind));
  const parts = kinds.map(
    (kind) =>
      `select ${attentionKinds.indexOf(kind)} as rank, '${kind}' as kind, subject, ${(sources[kind] as Source).types ? 'type' : `'${sources[kind].type}' as type`}, ${(sources[kind] as Source).items ? 'item' : 'subject'} as item, channel, name, since, reason, message
       from (${sources[kind].rows(db)}) as source`,
  );
  const given = {
    waiting_since: filter.waitingSince,
    day_ago: filter.dayAgo,
    today: JSON.stringify(filter.today),
    movers: JSON.stringify(filter.movers),
    observed: JSON.stringify(filter.observed),
    only_channel: filter.channel ?? '',
  };
  const names = Object.keys(given);
  return {
    // All parameters come first, so their order does not depend on the requested kinds.
    statement: (rest) =>
      `with used as (select ${names.map((name, index) => `cast($${index + 1} as text) as ${name}`).join(', ')}),
        found as (select e.* from (${parts.join(' union all ')}) as e cross join used where only_channel = '' or e.channel = only_channel) ${rest}`,
    parameters: Object.values(given),
  };
}

/** A page of what needs a person: most urgent first, then oldest first, or the other way around. */
export async function attentionPage(
  db: EntityManager,
  filter: AttentionFilter,
  { after, before, limit, descending }: KeysetPage<AttentionKey>,
): Promise<AttentionRow[]> {
  if (filter.kinds?.length === 0) return [];
  const { statement, parameters } = everything(db, filter);
  const parameter = (value: unknown) => `$${parameters.push(value)}`;
  const place = ({ rank, since, item }: AttentionKey) =>
    `(cast(${parameter(rank)} as integer), ${parameter(since)}, ${parameter(item)})`;
  const ends = [
    ...(after ? [`(rank, since, item) > ${place(after)}`] : []),
    ...(before ? [`(rank, since, item) < ${place(before)}`] : []),
  ];
  const order = (prefix: string) =>
    ['rank', 'since', 'item'].map((column) => `${prefix}${column} ${descending ? 'desc' : 'asc'}`).join(', ');
  const { found } = await single<{ found: string }>(
    db,
    statement(
      `select ${packed(db, columns, 'x', { order: order('x.') })} as found from (
         select * from found ${ends.length > 0 ? `where ${ends.join(' and ')}` : ''} order by ${order('')} limit ${parameter(limit)}) as x`,
    ),
    parameters,
  );
  return JSON.parse(found);
}

/** How many there are of each kind. */
export async function attentionCounts(
  db: EntityManager,
  filter: AttentionFilter,
): Promise<{ kind: AttentionKind; count: number; oldest: string }[]> {
  if (filter.kinds?.length === 0) return [];
  const { statement, parameters } = everything(db, filter);
  return sql<{ kind: AttentionKind; count: number; oldest: string }>(
    db,
    statement('select kind, count(*) as count, min(since) as oldest from found group by rank, kind order by rank'),
    parameters,
  );
}
