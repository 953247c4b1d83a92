import { suites } from './suites.ts';
import { answer } from './support/child.ts';
import { sqlitePlace } from './support/places.ts';
import { postgresPlace } from './support/postgres.ts';
import { tell } from './support/report.ts';

interface Input {
  name: string;
  quick: boolean;
  /** Folder for databases shared by several suites. */
  shared: string;
  /** What the names of databases on PostgreSQL begin with, if it answers. */
  postgres?: string;
}

/** Runs one suite; main.ts starts this file for each. */
answer({
  run: async ({ name, quick, shared, postgres }: Input) => {
    const suite = suites.find((suite) => suite.name === name)!;
    const say = (text: string) => console.log(`   ${text}`);
    const places = {
      sqlite: sqlitePlace(shared),
      postgres: postgres === undefined ? undefined : postgresPlace(postgres),
    };
    return (await suite.run({ quick, ...places, say })).map(tell);
  },
});
