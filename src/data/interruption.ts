import { AsyncLocalStorage } from 'node:async_hooks';
import { setMaxListeners } from 'node:events';

/** What holds for the statements that a piece of work sends. */
interface Terms {
  /** Interrupts them when it aborts. */
  signal?: AbortSignal | undefined;
  /** Interrupts them at this time, by `performance.now()`. */
  until?: number;
  /** The transaction that they are in. What it leaves behind when it ends is in none. */
  transaction?: { open: boolean } | undefined;
  /** Ms that PostgreSQL may take to answer one of them before its connection is given up. */
  patience: number;
}

/** A request is answered within seconds; a job waits for a large batch, but not for a server that is frozen. */
const patienceOf = { request: 4_500, job: 15_000, migration: 86_400_000 };

const terms = new AsyncLocalStorage<Terms>();

/**
 * Runs a request so that its statements are interrupted when `signal` aborts, because the client has gone away, or when the request has
 * taken `most` ms. An interrupted statement fails as `DatabaseUnavailable`. Transactions are not interrupted, nor is what the request
 * leaves behind when it ends.
 */
export async function interruptible<T>(
  signal: AbortSignal | undefined,
  work: () => T | Promise<T>,
  most = 86_400_000,
): Promise<T> {
  // One for each statement that is under way.
  if (signal instanceof EventTarget) setMaxListeners(0, signal);
  const request: Terms = { signal, until: performance.now() + most, patience: patienceOf.request };
  try {
    return await terms.run(request, work);
  } finally {
    delete request.signal;
    delete request.until;
    request.patience = patienceOf.job;
  }
}

/** Runs `work` so that nobody interrupts it, because others share its result. */
export const uninterrupted = <T>(work: () => T): T =>
  terms.run({ patience: current().patience, transaction: current().transaction }, work);

/** Runs a transaction, which nobody interrupts. */
export async function inTransaction<T>(work: () => Promise<T>): Promise<T> {
  const transaction = { open: true };
  try {
    return await terms.run({ patience: current().patience, transaction }, work);
  } finally {
    transaction.open = false;
  }
}

/** Runs a migration: it may take as long as it takes. */
export const unhurried = <T>(work: () => T): T => terms.run({ patience: patienceOf.migration }, work);

/** The terms of the statement that is about to be sent. */
export const current = (): Terms => terms.getStore() ?? ofJobs;

/** The ms that are left for the request that this is part of. */
export const timeLeft = (): number => (current().until ?? Number.POSITIVE_INFINITY) - performance.now();

const ofJobs: Terms = { patience: patienceOf.job };

/**
 * Calls `interrupt` once when these terms say so; answers how to stop waiting for it. Undefined: they say so already, and the statement
 * must not be sent.
 */
export function watch({ signal, until }: Terms, interrupt: () => void): (() => void) | undefined {
  const left = until === undefined ? undefined : until - performance.now();
  if (signal?.aborted || (left !== undefined && left <= 0)) return undefined;
  const timer = left === undefined ? undefined : setTimeout(interrupt, left);
  signal?.addEventListener('abort', interrupt, { once: true });
  return () => {
    clearTimeout(timer);
    signal?.removeEventListener('abort', interrupt);
  };
}
