import { defineConfig } from 'vitest/config';

/** `npm run test:crash`: servers as processes of their own, which are killed. */
export default defineConfig({
  // As in vitest.config.ts.
  resolve: { alias: { graphql: 'graphql/index.js' } },
  test: {
    include: ['test/crash/**/*.test.ts'],
    globalSetup: ['test/crash/support/bundle.ts'],
    testTimeout: 200_000,
    hookTimeout: 60_000,
    pool: 'forks',
    fileParallelism: false,
    // Each test has a server or two with about ten connections each, and PostgreSQL takes a hundred by default.
    maxConcurrency: 4,
  },
});
