import { type App, type AppOptions, startApp } from '../../src/app.ts';
import { readConfig } from '../../src/config.ts';
import { createLog } from '../../src/log.ts';
import { answer } from '../support/child.ts';

let app: App;

answer({
  /** Starts headquarters, or one half of it, and answers its address. */
  start: async ({ settings, role }: { settings: Record<string, string>; role: NonNullable<AppOptions['role']> }) => {
    app = await startApp(readConfig(settings), { log: createLog('error'), role });
    return app.url;
  },
  stop: () => app.stop(),
});
