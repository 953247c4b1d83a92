import { suites } from './suites.ts';
import { answer } from './support/child.ts';

/** Runs one suite; main.ts starts this file for each. */
answer({
  run: ({ name, quick, shared }: { name: string; quick: boolean; shared: string }) =>
    suites.find((suite) => suite.name === name)!.run({ quick, shared, say: (text) => console.log(`   ${text}`) }),
});
