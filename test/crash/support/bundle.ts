import { mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { build } from 'esbuild';
import type { TestProject } from 'vitest/node';

declare module 'vitest' {
  interface ProvidedContext {
    serverFile: string;
  }
}

/** Makes one file of the server that is killed: a hundred starts from the sources would take minutes. */
export default async function bundle(project: TestProject): Promise<() => Promise<void>> {
  // Below the project, where Node finds the packages.
  const folder = await mkdtemp(join('node_modules', '.crash-'));
  const outfile = join(folder, 'server.mjs');
  await build({
    entryPoints: ['test/crash/support/server.ts'],
    outfile,
    bundle: true,
    packages: 'external',
    platform: 'node',
    format: 'esm',
    target: 'node20',
    sourcemap: 'inline',
    loader: { '.graphql': 'text' },
    logLevel: 'warning',
  });
  project.provide('serverFile', outfile);
  return () => rm(folder, { recursive: true, force: true });
}
