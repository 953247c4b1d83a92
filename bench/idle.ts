import { startApp } from '../src/app.ts';
import { readConfig } from '../src/config.ts';
import { createLog } from '../src/log.ts';
import { withSchemas } from './support/postgres.ts';
import { median, ms, type Suite, seconds } from './support/report.ts';
import { addChannels, convert } from './support/system.ts';

const ROUNDS = 5;

export const idle: Suite = {
  name: 'idle',
  title: 'A conversion that finds nothing to do, of many channel schemas of one PostgreSQL server',
  most: 1_200,
  async run({ quick, say }) {
    const count = quick ? 20 : 1_000;
    const measured = await withSchemas(say, async (settings) => {
      const app = await startApp(readConfig({ ...settings, LOG_LEVEL: 'error' }), {
        log: createLog('error'),
        background: false,
      });
      try {
        const begun = performance.now();
        const names = await addChannels(app, count);
        for (const code of names) await app.channels.databaseOf(code);
        say(`made ${count} schemas in ${Math.round(seconds(begun))} s`);
        const first = await timed(() => convert(app));
        const later: { took: number; cpu: number }[] = [];
        for (let round = 0; round < ROUNDS; round++) later.push(await timed(() => convert(app)));
        return { first, took: median(later.map(({ took }) => took)), cpu: median(later.map(({ cpu }) => cpu)) };
      } finally {
        await app.stop();
      }
    });
    if (!measured) return [];
    const { first, took, cpu } = measured;
    say(`first ${ms(first.took)}, later ${ms(took)}, ${ms(cpu)} of CPU in this process`);
    return [
      {
        what: `Conversion of ${count.toLocaleString('en-US')} idle channels, each with its own schema, PostgreSQL`,
        measured: ms(took),
        reference: `${ms(first.took)}, the first one after a start, which proves headquarters`,
        ratio: `${(took / first.took).toFixed(2)}×`,
        target: 'under 2 s',
        met: took < 2_000,
      },
    ];
  },
};

async function timed(work: () => Promise<void>): Promise<{ took: number; cpu: number }> {
  const begun = performance.now();
  const before = process.cpuUsage();
  await work();
  const { user, system } = process.cpuUsage(before);
  return { took: performance.now() - begun, cpu: (user + system) / 1_000 };
}
