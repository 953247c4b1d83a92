import type { Place } from './places.ts';

/** One row of the table. */
export interface Row {
  /** The same in every run of the same size, so that runs can be compared. */
  what: string;
  value: number;
  /** Of the value, such as `customers/s`, `ms`, or `MB`. */
  unit: string;
  /** What the value is compared with, in the same unit. */
  reference?: { value: number; what: string };
  /** Of the value to its reference, where it was measured in pairs. */
  ratio?: number;
  target?: Target;
  cpu: Cpu;
}

/** What one unit of the work cost. */
export interface Cpu extends Used {
  /** What is counted, such as `customer`. */
  unit: string;
}

/** Microseconds of CPU. */
export interface Used {
  /** Of the process that does the work, in all its threads. */
  node: number;
  /** Of the sessions of PostgreSQL that work for it; null if PostgreSQL runs on another machine. Absent on SQLite. */
  postgres?: number | null;
}

export interface Target {
  text: (unit: string) => string;
  isMet: (value: number, ratio: number) => boolean;
}

export const atLeast = (least: number): Target => ({
  text: (unit) => `at least ${amount(least)} ${unit}`,
  isMet: (value) => value >= least,
});

export const atMost = (most: number): Target => ({
  text: (unit) => `at most ${amount(most)} ${unit}`,
  isMet: (value) => value <= most,
});

export const ratioAtLeast = (least: number): Target => ({
  text: () => `at least ${times(least)}`,
  isMet: (_, ratio) => ratio >= least,
});

export const ratioAtMost = (most: number): Target => ({
  text: () => `at most ${times(most)}`,
  isMet: (_, ratio) => ratio <= most,
});

export const both = (one: Target, other: Target): Target => ({
  text: (unit) => `${one.text(unit)}, ${other.text(unit)}`,
  isMet: (value, ratio) => one.isMet(value, ratio) && other.isMet(value, ratio),
});

/** A row as it is told and saved. */
export interface Told extends Omit<Row, 'target'> {
  target?: { text: string; met: boolean };
}

/** What a row says, with its target judged. */
export function tell({ target, ...row }: Row): Told {
  if (!target) return row;
  return { ...row, target: { text: target.text(row.unit), met: target.isMet(row.value, ratioOf(row) ?? Number.NaN) } };
}

const ratioOf = ({ value, reference, ratio }: Pick<Row, 'value' | 'reference' | 'ratio'>): number | undefined =>
  ratio ?? (reference && value / reference.value);

/** The rows as a table, beside those of another run if there is one. */
export function table(rows: readonly Told[], before?: readonly Told[]): string {
  const header = ['what', 'measured', 'CPU', 'reference', 'ratio', 'target'];
  if (before) header.push('before', 'now', 'CPU now');
  const cells = rows.map((row) => {
    const { what, value, unit, cpu, reference, target } = row;
    const ratio = ratioOf(row);
    return [
      what,
      `${amount(value)} ${unit}`,
      cpuText(cpu),
      reference ? `${amount(reference.value)} ${unit}, ${reference.what}` : '',
      ratio === undefined ? '' : times(ratio),
      target ? `${target.text}: ${target.met ? 'met' : '**missed**'}` : '',
      ...(before
        ? compared(
            row,
            before.find((other) => other.what === what),
          )
        : []),
    ];
  });
  return [header, header.map(() => '---'), ...cells].map((line) => `| ${line.join(' | ')} |`).join('\n');
}

function compared({ value, cpu }: Told, before: Told | undefined): string[] {
  if (!before) return ['', '', ''];
  const parts = [times(cpu.node / before.cpu.node)];
  if (cpu.postgres && before.cpu.postgres) parts.push(`PostgreSQL ${times(cpu.postgres / before.cpu.postgres)}`);
  return [`${amount(before.value)} ${before.unit}`, times(value / before.value), parts.join(', ')];
}

function cpuText({ unit, node, postgres }: Cpu): string {
  const process = `${micros(node)} per ${unit}`;
  if (postgres === undefined) return process;
  return `${process}, PostgreSQL ${postgres === null ? 'not measured' : micros(postgres)}`;
}

/** What was used for so many units of work. */
export const costOf = (unit: string, units: number, { node, postgres }: Used): Cpu => ({
  unit,
  node: node / units,
  ...(postgres === undefined ? {} : { postgres: postgres === null ? null : postgres / units }),
});

/** All of it: that of the process, and that of PostgreSQL as far as it is known. */
export const totalOf = ({ node, postgres }: Used): number => node + (postgres ?? 0);

export interface Suite {
  name: string;
  /** What it measures, in one line. */
  title: string;
  /** Timeout in seconds. */
  most: number;
  run(options: SuiteOptions): Promise<Row[]>;
}

interface SuiteOptions {
  /** Small sizes, only to check that everything works. */
  quick: boolean;
  /** Where databases are that several suites use. */
  sqlite: Place;
  /** Undefined if no PostgreSQL answers. */
  postgres: Place | undefined;
  say: (text: string) => void;
}

export function median(values: readonly number[]): number {
  return quantile(values, 0.5);
}

export function quantile(values: readonly number[], part: number): number {
  if (values.length === 0) return Number.NaN;
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(part * sorted.length))]!;
}

/** Formats 1234567 as 1,234,567, and numbers below 10 with two decimals. */
export const amount = (value: number): string =>
  Math.abs(value) < 10 ? String(Number(value.toFixed(2))) : Math.round(value).toLocaleString('en-US');

export const micros = (value: number): string =>
  value < 10_000 ? `${amount(value)} µs` : `${amount(value / 1_000)} ms`;

export const times = (value: number): string => `${value < 0.1 ? value.toFixed(3) : value.toFixed(2)}×`;

export const seconds = (since: number): number => (performance.now() - since) / 1_000;
