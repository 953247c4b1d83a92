import { AsyncLocalStorage } from 'node:async_hooks';

/** What holds for the statements that a piece of work sends. */
interface Terms {
  /** Interrupts them when it aborts. */
  signal?: AbortSignal;
  /** Ms that PostgreSQL may take to answer one of them before its connection is given up. */
  patience: number;
}

/** A request is answered within seconds; a job waits for a large batch, but not for a server that is frozen. */
const patienceOf = { request: 4_500, job: 15_000, migration: 86_400_000 };

const terms = new AsyncLocalStorage<Terms>();

/**
 * Runs a request so that its statements are interrupted when `signal` aborts: the client has gone away, or the request's time
 * is over. An interrupted statement fails as `DatabaseUnavailable`. Transactions are not interrupted.
 */
export const interruptible = <T>(signal: AbortSignal, work: () => T): T =>
  terms.run({ signal, patience: patienceOf.request }, work);

/** Runs `work` so that nobody interrupts it: it is a transaction, or others share its result. */
export const uninterrupted = <T>(work: () => T): T => terms.run({ patience: current().patience }, work);

/** Runs a migration: it may take as long as it takes. */
export const unhurried = <T>(work: () => T): T => terms.run({ patience: patienceOf.migration }, work);

/** The terms of the statement that is about to be sent. */
export const current = (): Terms => terms.getStore() ?? { patience: patienceOf.job };
