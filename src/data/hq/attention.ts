import type { EntityManager } from 'typeorm';
import { one, packed, rows, sql } from '../sql.ts';
import { calculationStates, postingStates } from './statement.ts';

/** Everything that needs a person, worst first. */
export const attentionKinds = [
  'HEADQUARTERS_REWOUND',
  'NUMBER_SEQUENCE_LOW',
  'JOB_FAILED',
  'STATEMENT_FAILED',
  'CUSTOMER_OPERATION_FAILED',
  'TRANSACTION_FAILED',
  'TRANSACTION_WAITING',
  'TRANSACTION_EDITING',
  'SALES_ORDER_ON_HOLD',
  'SHIFT_NOT_CLOSED',
] as const;
export type AttentionKind = (typeof attentionKinds)[number];

export interface AttentionRow {
  /** Place among the kinds. */
  rank: number;
  kind: AttentionKind;
  /** Key of the record that it is about, as text. */
  subject: string;
  channel: string | null;
  since: string;
  code: string | null;
  message: string | null;
}

export interface AttentionFilter {
  /** Only of this channel: what is about headquarters as a whole is left out. */
  channel?: string | undefined;
  kinds?: readonly AttentionKind[] | undefined;
  /** Transactions that have waited since before this time. */
  waitingSince: string;
  /** The day that it is in each channel: a shift of an earlier day should have been closed. */
  today: readonly { channel: string; today: string }[];
}

export interface AttentionKey {
  rank: number;
  since: string;
  subject: string;
}

/** Partial indexes make these cost what is in trouble, and not what there is. SQLite uses one where its condition is said word for word. */
const sources: Record<AttentionKind, (db: EntityManager) => string> = {
  // The subject is a channel of this database, or the database itself when no channel lives in it.
  HEADQUARTERS_REWOUND: () =>
    `select coalesce((select min(c.code) from channel c where c.channel_database = r.channel_database), r.channel_database) as subject, null as channel, r.since,
       'HEADQUARTERS_REWOUND' as code, 'The channel database ' || r.channel_database || ' knows more than headquarters, which was restored from an older backup.' as message
     from rewinding r where r.verdict = 'AHEAD'`,
  NUMBER_SEQUENCE_LOW: () =>
    `select name as subject, null as channel, '' as since, case when next_number > largest then 'NUMBER_SEQUENCE_EXHAUSTED' else 'NUMBER_SEQUENCE_LOW' end as code, name as message
     from number_sequence where largest - next_number + 1 < warn_below`,
  JOB_FAILED: () =>
    `select cast(id as text) as subject, null as channel, finished_at as since, error_code as code, error as message from job_run failed
     where state = 'FAILED' and not exists (select 1 from job_run newer where newer.job = failed.job and newer.id > failed.id and newer.scope = failed.scope)`,
  STATEMENT_FAILED: () =>
    `select cast(id as text) as subject, channel, updated_at as since, error_code as code, error as message from statement
     where error_code is not null and state in (${unfinished}) and state not in ('POSTED', 'CLEARED')`,
  CUSTOMER_OPERATION_FAILED: () =>
    `select cast(sequence as text) as subject, channel, coalesce(failed_at, received_at) as since, error_code as code, error as message
     from customer_operation where state = 'FAILED' and state <> 'SYNCED'`,
  // One whose customer failed goes on by itself when that is mended.
  TRANSACTION_FAILED: () =>
    `select channel || '/' || uuid as subject, channel, modified_at as since, error_code as code, error as message from retail_transaction
     where status = 'FAILED' and ${inTrouble} and next_try_at is null and error_code not in ('ASYNC_CUSTOMER_SYNC_FAILED', 'ASYNC_ADDRESS_SYNC_FAILED')`,
  TRANSACTION_WAITING: () =>
    `select channel || '/' || uuid as subject, channel, received_at as since, error_code as code, error as message from retail_transaction
     where status = 'WAITING' and ${inTrouble} and received_at < (select waiting_since from used)`,
  TRANSACTION_EDITING: () =>
    `select channel || '/' || uuid as subject, channel, modified_at as since, 'EDITING' as code, null as message from retail_transaction
     where status = 'EDITING' and ${inTrouble}`,
  SALES_ORDER_ON_HOLD: () =>
    `select cast(id as text) as subject, channel, created_at as since, hold_code as code, null as message from sales_order
     where hold_code is not null and status = 'OPEN'`,
  SHIFT_NOT_CLOSED: (db) =>
    `select s.channel || '/' || s.uuid as subject, s.channel, s.opened_at as since, s.state as code, null as message
     from ${rows(db, { channel: 'text', today: 'text' }, '$2')} cross join shift s
     where s.state <> 'CLOSED' and s.channel = x.channel and s.business_date < x.today`,
};

const unfinished = [...calculationStates, ...postingStates.slice(0, -1)].map((state) => `'${state}'`).join(', ');

const inTrouble = `status in ('WAITING', 'FAILED', 'EDITING')`;

const columns = {
  rank: 'bigint',
  kind: 'text',
  subject: 'text',
  channel: 'text',
  since: 'text',
  code: 'text',
  message: 'text',
} as const;

function everything(
  db: EntityManager,
  filter: AttentionFilter,
): { statement: (rest: string) => string; parameters: unknown[] } {
  const kinds = attentionKinds.filter((kind) => !filter.kinds || filter.kinds.includes(kind));
  const parts = kinds.map(
    (kind) =>
      `select ${attentionKinds.indexOf(kind)} as rank, '${kind}' as kind, subject, channel, since, code, message from (${sources[kind](db)}) as s`,
  );
  return {
    // All parameters are said at the beginning, so that their order does not depend on the kinds that are asked for.
    statement: (rest) =>
      `with used as (select cast($1 as text) as waiting_since, cast($2 as text) as today, cast($3 as text) as only_channel),
        found as (select e.* from (${parts.join(' union all ')}) as e cross join used where only_channel = '' or e.channel = only_channel) ${rest}`,
    parameters: [filter.waitingSince, JSON.stringify(filter.today), filter.channel ?? ''],
  };
}

/** Worst first, then oldest first, behind `after`. */
export async function attentionPage(
  db: EntityManager,
  filter: AttentionFilter,
  page: { after?: AttentionKey | undefined; limit: number },
): Promise<AttentionRow[]> {
  if (filter.kinds?.length === 0) return [];
  const { statement, parameters } = everything(db, filter);
  const after = page.after ?? { rank: -1, since: '', subject: '' };
  const row = await one<{ page: string }>(
    db,
    statement(
      `select ${packed(db, columns, 'x', 'x.rank, x.since, x.subject')} as page from (
         select * from found where (rank, since, subject) > (cast($4 as integer), $5, $6) order by rank, since, subject limit $7) as x`,
    ),
    [...parameters, after.rank, after.since, after.subject, page.limit],
  );
  return JSON.parse(row!.page);
}

/** How many there are of each kind. */
export async function attentionCounts(
  db: EntityManager,
  filter: AttentionFilter,
): Promise<{ kind: AttentionKind; count: number; oldest: string }[]> {
  if (filter.kinds?.length === 0) return [];
  const { statement, parameters } = everything(db, filter);
  const found = await sql<{ kind: AttentionKind; count: number; oldest: string }>(
    db,
    statement('select kind, count(*) as count, min(since) as oldest from found group by rank, kind order by rank'),
    parameters,
  );
  return found.map(({ kind, count, oldest }) => ({ kind, count: Number(count), oldest }));
}
