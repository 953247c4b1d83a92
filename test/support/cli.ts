import { Writable } from 'node:stream';
import { run } from '../../src/cli/run.ts';

export interface Printed {
  code: number;
  out: string;
  err: string;
}

export interface CommandOptions {
  /** Runs it as on a terminal with this many columns. */
  columns?: number;
  env?: Record<string, string>;
  /** Aborts on "Ctrl-C". */
  interruption?: AbortSignal;
  /** Receives standard output as it is written. */
  onOut?: (out: string) => void;
}

/** Runs a command in this process, as typed: `hq('job list')`. An argument with spaces is quoted with '. */
export async function hq(line: string, options: CommandOptions = {}): Promise<Printed> {
  const printed = { out: '', err: '' };
  const stream = (name: 'out' | 'err') =>
    new Writable({
      write(chunk, _encoding, done) {
        printed[name] += chunk;
        if (name === 'out') options.onOut?.(printed.out);
        done();
      },
    });
  const terminal = options.columns === undefined ? {} : { isTTY: true, columns: options.columns, rows: 40 };
  const code = await run(argumentsOf(line), {
    stdout: Object.assign(stream('out'), terminal),
    stderr: stream('err'),
    env: options.env ?? {},
    interruption: () => options.interruption ?? new AbortController().signal,
  });
  return { code, ...printed };
}

const argumentsOf = (line: string): string[] =>
  [...line.matchAll(/'([^']*)'|(\S+)/g)].map(([, quoted, plain]) => quoted ?? plain!);

/** The rows of a printed table below its header, as cells. */
export const rowsOf = (table: string): string[][] =>
  table
    .trimEnd()
    .split('\n')
    .slice(1)
    .map((line) => line.trim().split(/ {2,}/));
