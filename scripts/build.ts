import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { bundle } from './bundle.ts';

/** The program for production. */
const built = await bundle({ hq: 'src/cli/main.ts' }, 'dist');
// Of the build before.
for (const file of await readdir('dist')) if (!built.includes(file)) await rm(join('dist', file));
