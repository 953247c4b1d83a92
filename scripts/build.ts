import { copyFile, readdir, rm } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { build, type Plugin } from 'esbuild';

/*
 * The program for production, packages included: half the CPU until the first answer of a build without them. What only some commands or
 * databases need is in files of its own, which are loaded then.
 */

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

const { metafile } = await build({
  entryPoints: { hq: 'src/cli/main.ts' },
  outdir: 'dist',
  bundle: true,
  splitting: true,
  metafile: true,
  platform: 'node',
  format: 'esm',
  target: 'node20',
  sourcemap: true,
  loader: { '.graphql': 'text' },
  // Native, read by their files' names, or large and rarely needed. The rest is what TypeORM would use if it were installed.
  external: [
    ...['sqlite3', 'pg', 'graphile-worker', '@graphql-yoga/render-graphiql'],
    ...['ioredis', 'pg-native', 'pg-query-stream', 'redis', 'ts-node', 'react-native-sqlite-storage'],
    ...[
      '@google-cloud/spanner',
      '@sap/hana-client',
      'better-sqlite3',
      'hdb-pool',
      'mongodb',
      'mssql',
      'mysql',
      'mysql2',
    ],
    ...['oracledb', 'sql.js', 'typeorm-aurora-data-api-driver'],
  ],
  plugins: [unusedDrivers],
  // What CommonJS packages expect.
  banner: {
    js: `import { createRequire as createRequireOfBundle } from 'node:module';
const require = createRequireOfBundle(import.meta.url);
const __dirname = import.meta.dirname;`,
  },
  logLevel: 'warning',
});
await copyFile('src/demo/live.html', 'dist/live.html');
const built = new Set(
  Object.keys(metafile.outputs)
    .map((file) => basename(file))
    .concat('live.html'),
);
for (const file of await readdir('dist')) if (!built.has(file)) await rm(join('dist', file));
