#!/usr/bin/env node
// SQLite works on libuv's threads: each open connection may hold one. Set before anything touches the pool.
process.env.UV_THREADPOOL_SIZE ??= '16';
// graphql and others check more, and slower, otherwise.
process.env.NODE_ENV ??= 'production';
import('../dist/hq.js').catch((error) => {
  if (error?.code === 'ERR_MODULE_NOT_FOUND' && String(error.message).includes('dist')) {
    console.error('Headquarters is not built yet: run "npm run build".');
    process.exit(1);
  }
  throw error;
});
