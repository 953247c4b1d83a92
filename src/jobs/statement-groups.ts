import type { Actor } from '../data/hq/audit.ts';
import {
  type ChannelDay,
  failStatements,
  type StatementFailure,
  type StatementSummary,
  statementsIn,
} from '../data/hq/statement.bulk.ts';
import type { StatementState } from '../data/hq/statement.ts';
import { dayIn } from '../domain/business-day.ts';
import { firstOf } from '../domain/posting.ts';
import { DomainError } from '../errors.ts';
import type { JobContext } from '../queue/job.ts';
import { inHalves, stopsRun } from './halves.ts';

/** The most statements that one transaction may move, and the most sales they may have together. */
const MOST_STATEMENTS = 200;
const MOST_SALES = 50_000;

/**
 * One transaction takes at most this many batches of sales through a step: fewer commits for many small statements, and others do not wait
 * long.
 */
export const MOST_BATCHES = 5;

/** The last business date that a run includes in each of its channels: the one requested, or today in the channel's time zone. */
export function daysOf(context: JobContext): ChannelDay[] {
  const asked = context.run.arguments?.businessDate;
  return context.channelCodes().map((channel) => ({
    channel,
    until: asked ?? dayIn(context.channels.get(channel).timeZone, context.now()),
  }));
}

export const whoOf = (context: JobContext): Actor => ({ actor: context.run.requestedBy, at: context.now() });

/** The statements of a run in these states, in groups ordered by number, each statement once. */
export async function* groupsOf(
  context: JobContext,
  days: readonly ChannelDay[],
  states: readonly StatementState[],
): AsyncGenerator<StatementSummary[]> {
  for (let after = 0; ; ) {
    const found = await context.hq.read((db) => statementsIn(db, days, states, after, MOST_STATEMENTS));
    if (found.length === 0) return;
    const group = firstOf(found, MOST_SALES);
    after = group.at(-1)!.id;
    yield group;
  }
}

/** Processes statements together. A statement at fault is stored with the reason and added to `failed`, which excludes it from this run. */
export async function together(
  context: JobContext,
  ids: readonly number[],
  failed: Set<number>,
  work: (ids: readonly number[]) => Promise<void>,
): Promise<void> {
  const fail = async (id: number, error: unknown) => {
    await context.batch(async (tx) => {
      await failStatements(tx, [failureOf(context, id, error)], whoOf(context));
      return { done: 0, failed: 1, result: undefined };
    });
    failed.add(id);
  };
  const workOn = async (some: readonly number[]) => {
    const left = some.filter((id) => !failed.has(id));
    if (left.length > 0) await work(left);
  };
  await inHalves(ids, workOn, fail, stopsRun);
}

function failureOf(context: JobContext, id: number, error: unknown): StatementFailure {
  if (error instanceof DomainError) return { id, errorCode: error.code, error: error.message };
  context.log.error({ err: error, statement: id }, 'the database refused a statement');
  return { id, errorCode: 'INTERNAL', error: 'The database refused this statement. See the headquarters log.' };
}
