/** One line of the table. */
export interface Line {
  what: string;
  measured: string;
  reference: string;
  ratio: string;
  target: string;
  /** Undefined if there is no target. */
  met?: boolean;
}

export interface Suite {
  name: string;
  /** What it measures, in one line. */
  title: string;
  /** Timeout in seconds. */
  most: number;
  run(options: SuiteOptions): Promise<Line[]>;
}

interface SuiteOptions {
  /** Small sizes, only to check that everything works. */
  quick: boolean;
  /** Folder for databases shared by several suites. */
  shared: string;
  say: (text: string) => void;
}

export function table(lines: readonly Line[]): string {
  const header = ['what', 'measured', 'reference', 'ratio', 'target'];
  const rows = lines.map(({ what, measured, reference, ratio, target, met }) => [
    what,
    measured,
    reference,
    ratio,
    met === undefined ? target : `${target}: ${met ? 'met' : '**missed**'}`,
  ]);
  return [header, header.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n');
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
  Math.abs(value) < 10 ? value.toFixed(2) : Math.round(value).toLocaleString('en-US');

export const ms = (value: number): string => `${value < 10 ? value.toFixed(1) : Math.round(value)} ms`;

export const times = (value: number): string => `${value < 0.1 ? value.toFixed(3) : value.toFixed(2)}×`;

export const seconds = (since: number): number => (performance.now() - since) / 1_000;
