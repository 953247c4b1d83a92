import type { EntityManager } from 'typeorm';
import { knownCustomers } from '../data/hq/customer.ts';
import { settingsOf } from '../data/hq/statement-settings.ts';
import {
  type DueTransaction,
  type Setback,
  setBack,
  stillDueTransactions,
  storeTotals,
  succeed,
} from '../data/hq/transaction.ts';
import { knownShifts, ruleRows } from '../data/hq/validation.ts';
import { resolveReferences } from '../domain/references.ts';
import { shapeIssues, totalsOf } from '../domain/transaction-rules.ts';
import { type Violation, violationsOf } from '../domain/validation.ts';
import type { Job, JobContext } from '../queue/job.ts';
import { workThroughDue } from './due-transactions.ts';

/**
 * Validate store transactions: checks the sales that channels uploaded, so that statements can take them, within headquarters.
 *
 * One transaction is one batch: the customers and addresses that its sales name, synchronized first, and the result of each sale. A crash
 * leaves whole batches or nothing of them. A sale whose customer has not arrived waits, one that breaks a rule is set aside with all that
 * is wrong with it, and one that makes the database refuse a batch is found by halving the batch: only those stay out of statements.
 */
export const validateTransactions: Job = {
  name: 'validate-transactions',
  title: 'Validate store transactions',
  description: 'Checks uploaded sales by the rules that are enabled; customers that they name are synchronized first.',
  run: (context) =>
    workThroughDue(context, {
      family: 'sales',
      phase: 'validating sales',
      check: shaped,
      batch: (due, channel) => validateBatch(context, channel, due),
    }),
};

/** A sale with what is wrong with its shape; null when it is sound. */
interface Shaped extends DueTransaction {
  invalid: string | null;
}

const shaped = (sales: DueTransaction[]): Shaped[] =>
  sales.map((sale) => {
    const [issue] = shapeIssues(sale.payload);
    return { ...sale, invalid: issue ? [issue.path.join('.'), issue.rule].filter(Boolean).join(': ') : null };
  });

function validateBatch(context: JobContext, channel: string, due: readonly Shaped[]): Promise<void> {
  const now = context.now();
  return context.batch(async (tx) => {
    const sales = await stillDueTransactions(tx, due);
    const setbacks: Setback[] = sales.flatMap(({ sequence, invalid }) =>
      invalid === null ? [] : [setback(sequence, { error_code: 'INVALID_INPUT', error: invalid })],
    );
    const sound = sales.filter(({ invalid }) => invalid === null);
    const obstacles = await resolveReferences(tx, sound, now, ({ uuid }) => `sale ${uuid}`);
    for (const [sequence, { state: status, ...reason }] of obstacles)
      setbacks.push({ ...setback(sequence, reason), status });
    const ready = sound.filter(({ sequence }) => !obstacles.has(sequence));
    const found = await violations(tx, context, channel, ready);
    for (const [sequence, wrong] of found)
      setbacks.push({
        ...setback(sequence, { error_code: 'VALIDATION_ERROR', error: wrong[0]!.message }),
        validation_errors: wrong,
      });
    const passed = ready.filter(({ sequence }) => !found.has(sequence));
    if (setbacks.length > 0) await setBack(tx, setbacks, now);
    if (passed.length > 0)
      await succeed(
        tx,
        passed.map(({ sequence }) => sequence),
        now,
      );
    const odd = passed.flatMap(otherTotals);
    if (odd.length > 0) await storeTotals(tx, odd);
    const failed = setbacks.filter(({ status }) => status === 'FAILED').length;
    return { done: passed.length, failed, moved: sales.length > 0, result: undefined };
  });
}

/** With rules switched off a sale may say other totals than its parts: the books follow the parts, so that they balance all the same. */
function otherTotals({ sequence, payload }: DueTransaction) {
  const totals = totalsOf(payload.lines, payload.charges, payload.payments);
  const same = (Object.keys(totals) as (keyof typeof totals)[]).every((name) => totals[name] === payload[name]);
  return same ? [] : [{ sequence, ...totals }];
}

const setback = (sequence: number, reason: { error_code: string; error: string }): Setback => ({
  sequence,
  status: 'FAILED',
  next_try_at: null,
  counts: false,
  ...reason,
});

/** What is wrong with these sales, by their sequence. */
async function violations(
  tx: EntityManager,
  context: JobContext,
  code: string,
  sales: readonly DueTransaction[],
): Promise<Map<number, Violation[]>> {
  const found = new Map<number, Violation[]>();
  if (sales.length === 0) return found;
  const enabled = (await ruleRows(tx)).filter(({ enabled: is }) => is).map(({ name }) => name);
  const settings = (await settingsOf(tx, [code])).get(code)!;
  const customers = [...new Set(sales.flatMap(({ customer_uuid: uuid }) => uuid ?? []))];
  const accounts = new Set(customers.length === 0 ? [] : (await knownCustomers(tx, customers)).map(({ uuid }) => uuid));
  const shifts = await knownShifts(
    tx,
    sales.flatMap(({ shift_uuid: uuid }) => uuid ?? []),
  );
  const channel = context.channels.get(code);
  for (const sale of sales) {
    const facts = {
      channel,
      settings,
      hasAccount: accounts.has(sale.customer_uuid ?? ''),
      knowsShift: shifts.has(`${sale.channel_database} ${sale.channel} ${sale.shift_uuid}`),
    };
    const wrong = violationsOf(sale, facts, enabled);
    if (wrong.length > 0) found.set(sale.sequence, wrong);
  }
  return found;
}
