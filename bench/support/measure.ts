import { node } from '../../src/data/node.ts';
import type { Child } from './child.ts';
import { backendMicros } from './postgres.ts';
import type { Used } from './report.ts';

interface Measured<Result> {
  result: Result;
  seconds: number;
  used: Used;
}

/**
 * Does work in this process and measures it: how long it takes, the CPU of all threads of this process, and, for databases on PostgreSQL, that of its
 * sessions there.
 */
export async function measured<Result>(work: () => Promise<Result>, onPostgres = false): Promise<Measured<Result>> {
  const before = await usedNow(onPostgres);
  const begun = performance.now();
  const result = await work();
  const seconds = (performance.now() - begun) / 1_000;
  return { result, seconds, used: difference(await usedNow(onPostgres), before) };
}

/** What this process has used since its start. */
export function cpuNow(): { node: number } {
  const { user, system } = process.cpuUsage();
  return { node: user + system };
}

const usedNow = async (onPostgres: boolean): Promise<Used> => ({
  ...cpuNow(),
  ...(onPostgres ? { postgres: await backendMicros([node]) } : {}),
});

export const difference = (after: Used, before: Used): Used => ({
  node: after.node - before.node,
  ...(after.postgres === undefined
    ? {}
    : { postgres: after.postgres === null ? null : after.postgres - (before.postgres ?? 0) }),
});

/** What several processes have used. */
export const sumOf = (all: readonly Used[]): Used =>
  all.reduce((sum, used) => ({
    node: sum.node + used.node,
    ...(sum.postgres === undefined
      ? {}
      : { postgres: sum.postgres === null || used.postgres == null ? null : sum.postgres + used.postgres }),
  }));

/** What processes of a system on PostgreSQL (clients/node.ts) have used since their start. */
export async function usedBy(processes: readonly Child[]): Promise<Used> {
  const all = await Promise.all(processes.map((child) => child.call<{ node: number; name: string }>('used')));
  return {
    node: all.reduce((sum, { node }) => sum + node, 0),
    postgres: await backendMicros(all.map(({ name }) => name)),
  };
}
