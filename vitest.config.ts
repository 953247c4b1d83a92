import { defineConfig } from 'vitest/config';

export default defineConfig({
  // vitest loads graphql twice otherwise, as ESM for our files and as CommonJS for packages:
  // "Cannot use GraphQLSchema from another module or realm".
  resolve: { alias: { graphql: 'graphql/index.js' } },
  test: {
    exclude: ['test/crash/**', 'node_modules/**'],
    include: ['test/**/*.test.ts'],
    globalSetup: ['test/support/postgres.ts'],
    testTimeout: 30_000,
    hookTimeout: 30_000,
    pool: 'forks',
    // Loading the server costs a second, which every file would pay. No test changes a module.
    isolate: false,
    maxWorkers: 2,
  },
});
