import { type Command, InvalidArgumentError, Option } from 'commander';
import { type Client, clientOf } from '../client/client.ts';
import { type Format, formatFor } from './format.ts';
import type { Terminal } from './terminal.ts';

/** The command was given arguments that contradict each other or are not enough. */
export class WrongUsage extends Error {}

/** What a command prints with. */
export interface Output extends Format {
  /** Whether to print JSON. */
  json: boolean;
  /** Prints data: as JSON with --json, otherwise as the text that `show` makes of it. */
  print<Data>(data: Data, show: (data: Data) => string): void;
  line(text: string): void;
  terminal: Terminal;
}

export function outputFor(terminal: Terminal, json = false): Output {
  const line = (text: string) => void terminal.stdout.write(`${text}\n`);
  return {
    ...formatFor(terminal),
    json,
    line,
    print: (data, show) => line(json ? JSON.stringify(data, null, 2) : show(data)),
    terminal,
  };
}

/** What a command that talks to a server works with. */
export interface Session extends Output {
  client: Client;
}

/** Adds --json. */
export const printing = (command: Command): Command => command.option('--json', 'print JSON');

/**
 * Makes a command one that talks to a running server: adds the options that say which, connects, and disconnects. `work` gets the options and
 * the arguments of the command.
 */
export const remote = <Options extends object, Arguments extends unknown[]>(
  command: Command,
  terminal: Terminal,
  work: (session: Session, options: Options, ...given: Arguments) => Promise<void>,
): Command =>
  printing(command)
    .addOption(
      new Option('--url <address>', 'address of the server')
        .argParser(address)
        .default(`http://127.0.0.1:${terminal.env.PORT || 4000}`, 'http://127.0.0.1:PORT'),
    )
    .option('--token <token>', 'access token, if the server requires one (default: HQ_TOKEN)')
    .action(async () => {
      const { url, token, json } = command.opts<{ url: string; token?: string; json?: boolean }>();
      const client = clientOf(url, token ?? terminal.env.HQ_TOKEN);
      try {
        await work(
          { client, ...outputFor(terminal, json) },
          command.opts<Options>(),
          ...(command.processedArgs as Arguments),
        );
      } finally {
        await client.close();
      }
    });

export function address(text: string): string {
  if (!/^https?:\/\//.test(text) || !URL.canParse(text))
    throw new InvalidArgumentError('Specify an address such as http://127.0.0.1:4000.');
  return text;
}

/** The examples at the end of a command's help. */
export const examples = (...lines: string[]): string => `\nExamples:\n${lines.map((line) => `  ${line}`).join('\n')}`;

export function wholeNumber(text: string): number {
  if (!/^\d{1,9}$/.test(text) || Number(text) === 0) throw new InvalidArgumentError('Specify a whole number above 0.');
  return Number(text);
}

export function day(text: string): string {
  if (!/^\d{4}-\d\d-\d\d$/.test(text)) throw new InvalidArgumentError('Specify a date such as 2026-01-31.');
  return text;
}

/** Parses the number of a run or schedule, as tables show it. */
export function recordNumber(text: string): number {
  const [, digits] = /^#?(\d{1,15})$/.exec(text) ?? [];
  if (!digits) throw new InvalidArgumentError('Specify its number, such as 12.');
  return Number(digits);
}

/** An option that takes a value of an enum in lowercase, such as `retail-store`. */
export const enumOption = (flags: string, description: string, values: readonly string[]): Option => {
  const choices = values.map((value) => value.toLowerCase().replaceAll('_', '-'));
  return new Option(flags, `${description}: ${choices.join(', ')}`).argParser((text) => {
    const value = text.toUpperCase().replaceAll('-', '_');
    if (!values.includes(value)) throw new InvalidArgumentError(`Choose from ${choices.join(', ')}.`);
    return value;
  });
};
