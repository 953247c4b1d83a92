import type { EntityManager } from 'typeorm';
import { dropAggregate, dropAggregates } from '../data/hq/aggregate.bulk.ts';
import { type AggregatedTransaction, aggregatesWhere } from '../data/hq/aggregate.ts';
import { type Actor, type AuditAction, audit, type Change, changesBetween, channelSubject } from '../data/hq/audit.ts';
import { releaseMarked } from '../data/hq/calculation.bulk.ts';
import { knownCustomers } from '../data/hq/customer.bulk.ts';
import { invoicesWhere } from '../data/hq/journal.ts';
import { countSalesOrders } from '../data/hq/sales-order.ts';
import { addEvents, addUpSales, lockStatements } from '../data/hq/statement.bulk.ts';
import {
  type Statement,
  type StatementEventType,
  type StatementState,
  setStatementState,
  statementNodes,
  statementStates,
  statementsWhere,
} from '../data/hq/statement.ts';
import { type StatementSettings, settingsOf, storeSettings } from '../data/hq/statement-settings.ts';
import { transactionsWhere } from '../data/hq/transaction.ts';
import { revalidate } from '../data/hq/validation.bulk.ts';
import { type RuleName, switchRule } from '../data/hq/validation.ts';
import { mustBeValid, NotFound, type Violation, type ViolationRule, WrongState } from '../errors.ts';
import { MOST } from './money.ts';
import { transactionSubject } from './transaction-edit.ts';

/*
 * How operators recover statements that cannot continue, where their state allows it. Each action is one transaction, with a statement event and
 * an audit trail entry.
 */

/** Releases everything that a statement has marked. The sales can be corrected, and the next calculation includes them. */
export async function clearStatement(tx: EntityManager, id: number, who: Actor): Promise<Statement> {
  const statement = await locked(tx, id, ['STARTED', 'MARKED', 'CALCULATED'], 'cleared');
  await releaseMarked(tx, id, who.at);
  await setStatementState(tx, id, 'CLEARED', who.at);
  await note(tx, statement, 'CLEARED', 'CLEAR_STATEMENT', who);
  return found(tx, id);
}

/** Drops the aggregates of a statement, so that its sales are aggregated again with the current settings. It must not have sales orders. */
export async function regenerateAggregatedTransactions(tx: EntityManager, id: number, who: Actor): Promise<Statement> {
  const statement = await locked(tx, id, ['CHECKED', 'AGGREGATED'], 'aggregated again');
  if ((await countSalesOrders(tx, { statementId: id })) > 0)
    throw new WrongState('This statement cannot be aggregated again: it already has sales orders.');
  await dropAggregates(tx, id);
  await setStatementState(tx, id, 'CHECKED', who.at);
  await note(tx, statement, 'REGENERATED', 'REGENERATE_AGGREGATED_TRANSACTIONS', who);
  return found(tx, id);
}

/**
 * Deletes an aggregate that was not invoiced, with its sales order. Its sales leave the statement, are validated again, and join the next one. A
 * statement without any sales left becomes CLEARED. The number of the sales order is not assigned again.
 */
export async function deleteAggregatedTransaction(
  tx: EntityManager,
  aggregate: number,
  who: Actor,
): Promise<Statement> {
  const before = await aggregateOf(tx, aggregate);
  const statement = await locked(tx, before.statementId, unposted, 'changed');
  await aggregateOf(tx, aggregate);
  if ((await invoicesWhere(tx, { aggregateId: aggregate })).length > 0)
    throw new WrongState('The sales order of this aggregate cannot be deleted: it is already invoiced.');
  await dropAggregate(tx, aggregate, who.at);
  await addUpSales(tx, [statement.id]);
  const { transactionCount: left } = await found(tx, statement.id);
  await setStatementState(tx, statement.id, left > 0 ? statement.state : 'CLEARED', who.at);
  await note(tx, statement, 'AGGREGATED_TRANSACTION_DELETED', 'DELETE_AGGREGATED_TRANSACTION', who, aggregate);
  return found(tx, statement.id);
}

const unposted = statementStates.filter((state) => state !== 'POSTED' && state !== 'CLEARED');

/** Validates sales again that failed, or that passed and are not in a statement yet. Returns the number of sales. */
export async function revalidateTransactions(
  tx: EntityManager,
  which: { channel: string | null } | { sequences: readonly number[] },
  who: Actor,
): Promise<number> {
  const sequences = await revalidate(tx, which, who.at);
  const count = sequences.length;
  if ('channel' in which) {
    await audit(tx, who, 'REVALIDATE_TRANSACTIONS', channelSubject(which.channel), [[null, null, count]]);
  } else {
    for (const sale of await transactionsWhere(tx, { sequence: sequences }))
      await audit(tx, who, 'REVALIDATE_TRANSACTIONS', transactionSubject(sale));
  }
  return count;
}

/** Switches a validation rule on or off, starting with the next validation. */
export async function setRule(tx: EntityManager, name: RuleName, enabled: boolean, who: Actor): Promise<void> {
  const before = await switchRule(tx, name, enabled);
  if (before === enabled) return;
  await audit(tx, who, 'SET_VALIDATION_RULE', { name: `Validation rule ${name}` }, [['enabled', before, enabled]]);
}

/**
 * Changes how the sales of a channel are checked and posted. Omitted settings keep their values; null clears an optional one. Throws InvalidInput,
 * which names every invalid setting after those in `found`.
 */
export async function updateStatementSettings(
  tx: EntityManager,
  channel: string,
  change: Partial<Omit<StatementSettings, 'channel'>>,
  who: Actor,
  found: readonly Violation[] = [],
): Promise<StatementSettings> {
  const before = (await settingsOf(tx, [channel])).get(channel)!;
  const given = Object.fromEntries(Object.entries(change).filter(([, value]) => value !== undefined));
  const after: StatementSettings = { ...before, ...given, channel };
  mustBeValid([...found, ...(await violationsOf(tx, after))]);
  await storeSettings(tx, after);
  const changes = changesBetween(before, after, Object.keys(after) as (keyof StatementSettings)[]);
  await audit(tx, who, 'UPDATE_STATEMENT_SETTINGS', channelSubject(channel), changes);
  return after;
}

export const MOST_AGGREGATED_LINES = 10_000;

async function violationsOf(tx: EntityManager, settings: StatementSettings): Promise<Violation[]> {
  const found: Violation[] = [];
  const wrong = (name: keyof StatementSettings, message: string, rule: ViolationRule) =>
    found.push({ path: [name], message, rule });
  for (const name of ['maximumPaymentDifference', 'maximumCountingDifference'] as const) {
    const value = settings[name];
    if (value !== null && !(Number.isInteger(value) && value >= 0 && value <= MOST))
      wrong(name, 'must be an amount of 0 or more', 'RANGE');
  }
  const { aggregationLineLimit: limit, holdCode: code, defaultCustomerUuid: customer } = settings;
  if (!(Number.isInteger(limit) && limit >= 1 && limit <= MOST_AGGREGATED_LINES))
    wrong('aggregationLineLimit', `must be between 1 and ${MOST_AGGREGATED_LINES}`, 'RANGE');
  if (!/^[A-Z0-9_-]{1,40}$/.test(code)) wrong('holdCode', 'must be a code such as ORDER_SYNC', 'FORMAT');
  if (customer !== null && (await knownCustomers(tx, [customer])).length === 0)
    wrong('defaultCustomerUuid', 'must be a customer that has an account ID', 'CONSISTENCY');
  return found;
}

async function found(tx: EntityManager, id: number): Promise<Statement> {
  const [statement] = await statementsWhere(tx, { id });
  if (!statement) throw new NotFound('statement');
  return statement;
}

async function aggregateOf(tx: EntityManager, id: number): Promise<AggregatedTransaction> {
  const [aggregate] = await aggregatesWhere(tx, { id });
  if (!aggregate) throw new NotFound('aggregated transaction');
  return aggregate;
}

/** The statement, locked for this transaction. Throws WrongState unless it is in one of these states. */
async function locked(
  tx: EntityManager,
  id: number,
  states: readonly StatementState[],
  what: string,
): Promise<Statement> {
  const [lock] = await lockStatements(tx, [id], states);
  const statement = await found(tx, id);
  if (!lock) throw new WrongState(`This statement cannot be ${what}: it is ${statement.state}.`);
  return statement;
}

async function note(
  tx: EntityManager,
  { id, statementId, type, state }: Statement,
  event: StatementEventType,
  action: AuditAction,
  who: Actor,
  removed: number | null = null,
): Promise<void> {
  const now = (await found(tx, id)).state;
  const detail = removed === null ? null : `aggregate ${removed}`;
  await addEvents(tx, [{ statementId: id, event, state: now, detail }], who);
  const change: Change = removed === null ? ['state', state, now] : ['aggregate', removed, null];
  await audit(tx, who, action, { type: statementNodes[type], key: id, name: `Statement ${statementId}` }, [change]);
}
