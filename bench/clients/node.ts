import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { type App, type AppOptions, startApp } from '../../src/app.ts';
import { readConfig } from '../../src/config.ts';
import { node } from '../../src/data/node.ts';
import { createLog } from '../../src/log.ts';
import { answer } from '../support/child.ts';
import { cpuNow } from '../support/measure.ts';
import { hasty } from '../support/system.ts';

let app: App;

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

answer({
  /** Starts headquarters, or one half of it, and answers its address. */
  start: async ({ settings, role }: { settings: Record<string, string>; role: NonNullable<AppOptions['role']> }) => {
    app = await startApp(readConfig(settings), { log: createLog('error'), role, limits: hasty });
    return app.url;
  },
  /** Microseconds of CPU since the start, and what its connections are named after. */
  used: async () => ({ ...cpuNow(), name: node }),
  /** Bytes that are in use after a garbage collection. */
  memory: async () => {
    collectGarbage();
    const { heapUsed, external } = process.memoryUsage();
    return heapUsed + external;
  },
  stop: () => app.stop(),
});
