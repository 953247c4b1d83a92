import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startApp } from '../src/app.ts';
import { readConfig } from '../src/config.ts';
import { createLog } from '../src/log.ts';
import { draw, record } from './live-recording.ts';

/** `npm run recording`: writes docs/images/live.svg from a run on empty databases. */
const folder = await mkdtemp(join(tmpdir(), 'hq-recording-'));
try {
  const app = await startApp(readConfig({ PORT: '0', DATA_DIR: folder }), { log: createLog('warn') });
  await writeFile('docs/images/live.svg', draw(await record(app.url)));
  await app.stop();
} finally {
  await rm(folder, { recursive: true, force: true });
}
