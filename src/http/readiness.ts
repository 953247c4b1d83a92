import { setTimeout as delay } from 'node:timers/promises';
import type pino from 'pino';
import type { Limits } from './limits.ts';

/** Resolves when what it checks is working. May never settle. */
export type Probe = () => Promise<unknown>;

/**
 * Returns the names of the probes that fail or do not respond in time. However many callers there are, each probe runs one at a time, and at
 * most once every `limits.probeKept` ms.
 */
export function readiness(probes: Record<string, Probe>, limits: Limits, log: pino.Logger): () => Promise<string[]> {
  const all = Object.entries(probes).map(([name, probe]) => ({ name, answers: shared(name, probe, limits, log) }));
  return async () => {
    const answered = await Promise.all(all.map(({ answers }) => answers()));
    return all.filter((_, index) => !answered[index]).map(({ name }) => name);
  };
}

function shared(name: string, probe: Probe, limits: Limits, log: pino.Logger): () => Promise<boolean> {
  let begun = Number.NEGATIVE_INFINITY;
  let waiting = false;
  let answered = Promise.resolve(true);
  let before = true;

  async function ask(): Promise<boolean> {
    const result = probe().finally(() => {
      waiting = false;
    });
    const late = delay(limits.probe, undefined, { ref: false }).then(() => {
      throw new Error(`no response within ${limits.probe} ms`);
    });
    late.catch(() => {});
    try {
      await Promise.race([result, late]);
      if (!before) log.info({ name }, 'available again');
      before = true;
    } catch (error) {
      if (before) log.warn({ name, err: error }, 'not available');
      before = false;
    }
    return before;
  }

  return () => {
    const age = performance.now() - begun;
    // A probe that never settles, as on a silently broken connection, must not prevent new probes.
    if (age > (waiting ? limits.probeGivenUp : limits.probeKept)) {
      begun = performance.now();
      waiting = true;
      answered = ask();
    }
    return answered;
  };
}
