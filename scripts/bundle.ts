import { copyFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { build, type Plugin } from 'esbuild';

/** TypeORM loads the drivers of all databases it knows. These are for none of ours, and a third of it. */
const unusedDrivers: Plugin = {
  name: 'unused-drivers',
  setup({ onResolve, onLoad }) {
    const folders =
      'aurora-mysql aurora-postgres better-sqlite3 capacitor cockroachdb cordova expo mongodb mysql nativescript oracle react-native sap spanner sqljs sqlserver';
    onResolve({ filter: new RegExp(`/(${folders.replaceAll(' ', '|')})/`) }, ({ importer, path }) =>
      importer.includes('/node_modules/typeorm/') ? { path, namespace: 'unused-driver' } : undefined,
    );
    onLoad({ filter: /./, namespace: 'unused-driver' }, () => ({ contents: '' }));
  },
};

/** Native, read by the names of their files, or large and rarely needed. */
const packages = ['sqlite3', 'pg', 'graphile-worker', '@graphql-yoga/render-graphiql'];

/** What TypeORM would load if it were installed. */
const uninstalled =
  '@google-cloud/spanner @sap/hana-client better-sqlite3 hdb-pool ioredis mongodb mssql mysql mysql2 oracledb pg-native pg-query-stream react-native-sqlite-storage redis sql.js ts-node typeorm-aurora-data-api-driver'.split(
    ' ',
  );

/** What CommonJS packages expect. */
const commonjs = `import { createRequire as createRequireOfBundle } from 'node:module';
const require = createRequireOfBundle(import.meta.url);
const __dirname = import.meta.dirname;`;

/**
 * Builds files for production, packages included: half the CPU until a server's first answer of a build without them. What is imported
 * dynamically is in files of its own, which are loaded then. Answers the names of all files.
 */
export async function bundle(entryPoints: Record<string, string>, outdir: string): Promise<string[]> {
  const { metafile } = await build({
    entryPoints,
    outdir,
    bundle: true,
    splitting: true,
    metafile: true,
    platform: 'node',
    format: 'esm',
    target: 'node20',
    sourcemap: true,
    loader: { '.graphql': 'text' },
    external: [...packages, ...uninstalled],
    plugins: [unusedDrivers],
    banner: { js: commonjs },
    logLevel: 'warning',
  });
  await copyFile('src/demo/live.html', join(outdir, 'live.html'));
  return [...Object.keys(metafile.outputs).map((file) => basename(file)), 'live.html'];
}
