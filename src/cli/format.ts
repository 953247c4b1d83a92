import { styleText } from 'node:util';
import stringWidth from 'string-width';
import type { Terminal } from './terminal.ts';

export type Style = Parameters<typeof styleText>[0];

/** Values as text for people. */
export interface Format {
  /** A table with a header. On a terminal, the last column is cut off at its edge. */
  table<Row>(rows: readonly Row[], columns: Column<NoInfer<Row>>[]): string;
  /** One line per field that has a value. */
  fields(fields: Record<string, Value>): string;
  style(style: Style, text: string): string;
  /** A state in its color. */
  state(state: string): string;
}

export interface Column<Row> {
  header: string;
  value(row: Row): Value;
  align?: 'right';
}

type Value = string | number | null | undefined;

const stateStyles: Record<string, Style> = {
  SUCCEEDED: 'green',
  SYNCED: 'green',
  POSTED: 'green',
  RUNNING: 'cyan',
  FAILED: 'red',
};

export function formatFor({ stdout, env }: Terminal): Format {
  const colored = stdout.isTTY === true && !env.NO_COLOR && env.TERM !== 'dumb';
  const style = (style: Style, text: string) => (colored ? styleText(style, text, { validateStream: false }) : text);
  return {
    style,
    state: (state) => (stateStyles[state] ? style(stateStyles[state], state) : state),
    table(rows, columns) {
      const cells = rows.map((row) => columns.map(({ value }) => textOf(value(row))));
      const widths = columns.map(({ header }, index) =>
        Math.max(header.length, ...cells.map((texts) => stringWidth(texts[index]!))),
      );
      const line = (texts: string[]) =>
        texts
          .map((text, index) => {
            const padding = ' '.repeat(widths[index]! - stringWidth(text));
            return columns[index]!.align === 'right' ? padding + text : text + padding;
          })
          .join('  ')
          .trimEnd();
      const headers = line(columns.map(({ header }) => header));
      return [style('bold', headers), ...cells.map(line)]
        .map((text) => (stdout.isTTY ? cutOff(text, stdout.columns) : text))
        .join('\n');
    },
    fields(fields) {
      const shown = Object.entries(fields).filter(([, value]) => textOf(value) !== '');
      const width = Math.max(...shown.map(([name]) => name.length));
      return shown.map(([name, value]) => `${style('bold', name.padEnd(width))}  ${textOf(value)}`).join('\n');
    },
  };
}

const textOf = (value: Value): string => (typeof value === 'number' ? count(value) : (value ?? ''));

/** A line that fits into `width` columns. Escape sequences take up no column. */
export function cutOff(text: string, width = 80): string {
  if (stringWidth(text) <= width) return text;
  let kept = '';
  let used = 0;
  // biome-ignore lint/suspicious/noControlCharactersInRegex: escape sequences start with one
  for (const part of text.match(/\u001b\[[\d;]*m|./gsu)!) {
    const wide = part.length > 2 ? 0 : stringWidth(part);
    if (wide > 0 && used + wide > width - 1) continue;
    used += wide;
    kept += part;
  }
  return `${kept}…`;
}

/** 39,430 */
export const count = (value: number): string => value.toLocaleString('en-US');

/** 0.4s, 12s, 3m 05s, 2h 05m, 3d 04h */
export function duration(ms: number): string {
  const seconds = Math.max(0, ms) / 1_000;
  if (seconds < 9.95) return `${seconds.toFixed(1)}s`;
  const [s, m, h] = [Math.round(seconds), Math.floor(seconds / 60), Math.floor(seconds / 3_600)];
  const two = (value: number) => String(value).padStart(2, '0');
  if (s < 60) return `${s}s`;
  if (h < 1) return `${m}m ${two(Math.floor(seconds) % 60)}s`;
  if (h < 24) return `${h}h ${two(m % 60)}m`;
  return `${Math.floor(h / 24)}d ${two(h % 24)}h`;
}

/** A time in the time zone of this machine: 2026-01-31 14:05:09 */
export function time(at: string | null | undefined): string {
  if (!at) return '';
  // Sweden writes dates as ISO 8601 does.
  return new Date(at).toLocaleString('sv-SE');
}

/** Just the time of day: 14:05:09 */
export const timeOfDay = (at: string | number | Date): string => new Date(at).toLocaleTimeString('sv-SE');

/** 1,234.50 USD */
export function money({ amount, currency }: { amount: string; currency: string }): string {
  const [, sign, whole, rest] = /^(-?)(\d+)(.*)$/.exec(amount)!;
  return `${sign}${whole!.replace(/\B(?=(\d{3})+$)/g, ',')}${rest} ${currency}`;
}
