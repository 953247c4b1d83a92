import { once } from 'node:events';
import { createReadStream } from 'node:fs';
import type { Command } from 'commander';
import { Refused } from '../client/client.ts';
import { LARGEST_ROW } from '../data/sizes.ts';
import type { ImportResult } from '../exchange/customers.ts';
import { batchesOfLines } from '../exchange/lines.ts';
import { examples, remote, WrongUsage } from './command.ts';
import { count } from './format.ts';
import type { Terminal } from './terminal.ts';

/** Lines in one request: a server takes a few seconds for them. */
const LINES = 10_000;
/** Failures that are printed. */
const MOST_PRINTED = 100;

/** `hq customer import` and `hq customer export`: customers as JSON Lines. */
export function exchange(customer: Command, terminal: Terminal): void {
  const importing = customer
    .command('import')
    .argument('<file>', 'JSON Lines: a customer in each line; - reads standard input')
    .description('import customers of another system with their account IDs; may be repeated')
    .option('--channel <code>', 'channel of the customers that name none')
    .addHelpText(
      'after',
      examples('hq customer import customers.jsonl --channel houston', 'hq customer export | hq customer import -'),
    );
  remote(importing, terminal, async ({ client, print, table }, options: { channel?: string }, file: string) => {
    const total: ImportResult = { lines: 0, created: 0, known: 0, failed: 0, failures: [] };
    try {
      for await (const lines of batchesOfLines(bytesOf(file), { most: LINES, longest: LARGEST_ROW })) {
        const body = lines.map(({ text }) => text).join('\n');
        const { failures, ...counts } = (await client.send(path('import', options), body)) as ImportResult;
        for (const [name, value] of Object.entries(counts)) total[name as keyof typeof counts] += value;
        total.failures.push(...failures.map((failure) => ({ ...failure, line: lines[failure.line - 1]!.number })));
      }
    } catch (error) {
      if (total.lines > 0) terminal.stderr.write(`${total.lines} lines were imported before this:\n`);
      throw error;
    }
    print(total, ({ lines, created, known, failed, failures }) => {
      const summary = `${count(lines)} lines: ${count(created)} created, ${count(known)} known, ${count(failed)} failed`;
      const problems = table(failures.slice(0, MOST_PRINTED), [
        { header: 'LINE', value: ({ line }) => String(line), align: 'right' },
        { header: 'REASON', value: ({ message, errorCode }) => `${message} [${errorCode}]` },
      ]);
      return failures.length === 0 ? summary : `${problems}\n\n${summary}`;
    });
    if (total.failed > 0)
      throw new Refused('Some customers were not imported. Correct their lines, and import the file again.');
  });

  const exporting = customer
    .command('export')
    .description('print customers as JSON Lines: those of headquarters, with account IDs, or those of a channel')
    .option('--channel <code>', 'customers of this channel, pending ones too')
    .addHelpText(
      'after',
      examples('hq customer export > customers.jsonl', 'hq customer export --channel houston > houston.jsonl'),
    );
  remote(exporting, terminal, async ({ client }, options: { channel?: string }) => {
    for await (const chunk of client.receive(path('export', options)))
      if (!terminal.stdout.write(chunk)) await once(terminal.stdout, 'drain');
  });
}

const path = (what: string, { channel }: { channel?: string }) =>
  `${what}/customers${channel === undefined ? '' : `?channel=${encodeURIComponent(channel)}`}`;

async function* bytesOf(file: string): AsyncGenerator<Buffer> {
  try {
    yield* file === '-' ? process.stdin : createReadStream(file);
  } catch (error) {
    throw new WrongUsage(`Cannot read ${file}: ${(error as Error).message}`);
  }
}
