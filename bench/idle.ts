import { measured } from './support/measure.ts';
import { type Place, withDatabases } from './support/places.ts';
import { amount, atMost, costOf, median, type Row, type Suite, seconds } from './support/report.ts';
import { addChannels, convert, withSystem } from './support/system.ts';

export const idle: Suite = {
  name: 'idle',
  title: 'A conversion that finds nothing to do, of many channel schemas of one PostgreSQL database',
  most: 1_200,
  run: async ({ quick, postgres, say }) => (postgres ? measure(postgres, quick, say) : []),
};

const measure = (place: Place, quick: boolean, say: (text: string) => void): Promise<Row[]> =>
  withDatabases(place, 'idle', (settings) =>
    withSystem(settings, async (app) => {
      const count = quick ? 10 : 1_000;
      const begun = performance.now();
      const names = await addChannels(app, count);
      for (const code of names) await app.channels.databaseOf(code);
      say(`made ${count} schemas in ${Math.round(seconds(begun))} s`);
      const once = () => measured(() => convert(app), true);
      const first = await once();
      const later: Awaited<ReturnType<typeof once>>[] = [];
      for (let round = 0; round < (quick ? 1 : 5); round++) later.push(await once());
      const middle = later.toSorted((a, b) => a.used.node - b.used.node)[later.length >> 1]!;
      return [
        {
          what: `Conversion of ${amount(count)} idle channels, each with its own schema, PostgreSQL`,
          value: median(later.map(({ seconds }) => seconds)),
          unit: 's',
          reference: { value: first.seconds, what: 'the first one after a start, which proves headquarters' },
          target: atMost(2),
          cpu: costOf('channel', count, middle.used),
        },
      ];
    }),
  );
