import type { EntityManager } from 'typeorm';
import { knownCustomers } from '../data/hq/customer.ts';
import { settingsOf } from '../data/hq/statement-settings.ts';
import {
  countDueTransactions,
  type DueTransaction,
  dueTransactions,
  type Setback,
  setBack,
  stillDueTransactions,
  storeTotals,
  succeed,
  wakeTransactions,
} from '../data/hq/transaction.ts';
import { knownShifts, ruleRows } from '../data/hq/validation.ts';
import { setbackAfter } from '../domain/order.ts';
import { resolveReferences } from '../domain/references.ts';
import { shapeIssues, totalsOf } from '../domain/transaction-rules.ts';
import { type Violation, violationsOf } from '../domain/validation.ts';
import type { Job, JobContext } from '../queue/job.ts';
import { inHalves } from './halves.ts';
import { refuseRewoundHeadquarters } from './rewound.ts';

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
  async run(context) {
    await refuseRewoundHeadquarters(context);
    const channels = context.channelCodes();
    await context.batch(async (tx) => {
      await wakeTransactions(tx, 'sales', channels, context.now());
      return { done: 0, result: undefined };
    });
    context.expect('validating sales', await context.hq.read((db) => countDueTransactions(db, 'sales', channels)));
    await context.isolated(null, async () => {
      for (const channel of channels) await validateChannel(context, channel);
    });
  },
};

/** A sale with what is wrong with its shape; null when it is sound. */
interface Shaped extends DueTransaction {
  invalid: string | null;
}

async function validateChannel(context: JobContext, channel: string): Promise<void> {
  const next = (after: number) =>
    context.hq.read((db) => dueTransactions(db, 'sales', channel, context.batchSize, after)).then(shaped);
  let reads = next(0);
  for (;;) {
    const due = await reads;
    if (due.length === 0) return;
    // The next batch is read and checked while the database stores this one.
    reads = next(due.at(-1)!.sequence);
    reads.catch(() => {});
    await inHalves(
      due,
      (sales) => validateBatch(context, channel, sales),
      (sale, error) => refused(context, sale, error),
    );
  }
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
    return { done: passed.length, failed, result: undefined };
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

/** The database refused this one sale: it is tried again later, a few times. */
async function refused(context: JobContext, sale: DueTransaction, error: unknown): Promise<void> {
  context.log.error({ err: error, transaction: sale.sequence }, 'a sale was refused by the database');
  const now = context.now();
  const later = setbackAfter(
    sale,
    { code: 'INTERNAL', message: 'The database refused this sale; see the log of headquarters.' },
    now,
  );
  await context.batch(async (tx) => {
    await setBack(tx, [later], now);
    return { done: 0, failed: later.next_try_at === null ? 1 : 0, result: undefined };
  });
}
