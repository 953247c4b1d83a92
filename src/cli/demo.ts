import { randomBytes } from 'node:crypto';
import { type Command, InvalidArgumentError, Option } from 'commander';
import { Refused } from '../client/client.ts';
import { address, examples, outputFor, WrongUsage, wholeNumber } from './command.ts';
import type { Terminal } from './terminal.ts';

interface Options {
  customers?: number;
  exit?: boolean;
  url?: string;
  socketUrl?: string;
  token?: string;
  name?: string;
}

/** `hq demo`: plays Adventure Works. */
export function demo(program: Command, terminal: Terminal): void {
  program
    .command('demo')
    .description('convert the customers of Adventure Works and book their orders, then keep serving')
    .option('--customers <count>', 'use only the first <count> customers and their orders', wholeNumber)
    .option('--exit', 'exit when done, with code 0 only if every customer, order, and sale was found exactly once')
    .addOption(
      new Option(
        '--url <address>',
        'play in new channels of servers that are running, instead of starting one, and exit',
      ).argParser(address),
    )
    .addOption(new Option('--socket-url <address>', 'another address for subscriptions').argParser(address))
    .option('--token <token>', 'access token of an operator, if the servers require one (default: HQ_TOKEN)')
    .addOption(
      new Option('--name <name>', 'name of this demo, or of an interrupted one to continue; begins the channel codes')
        .argParser(demoName)
        .default(undefined, 'a new one'),
    )
    .addHelpText(
      'after',
      examples(
        'hq demo',
        'hq demo --customers 2000 --exit',
        'hq demo --url https://hq.example.com --token eyJhbGciOi…',
      ),
    )
    .action(async ({ customers, exit, url, socketUrl, token, name }: Options) => {
      const { demo: play, demoOn } = await import('../demo/demo.ts');
      const { line } = outputFor(terminal);
      const output = { line, stream: terminal.stdout };
      const amount = customers === undefined ? {} : { customers };
      if (!url && (socketUrl || token || name))
        throw new WrongUsage('--socket-url, --token, and --name need --url. Run "hq demo --help" for help.');
      const faults = url
        ? await demoOn(
            output,
            {
              url,
              socketUrl: socketUrl ?? url,
              token: token ?? terminal.env.HQ_TOKEN,
              name: name ?? `demo-${randomBytes(2).toString('hex')}`,
            },
            amount,
          )
        : await play(output, { ...amount, exit: exit === true });
      if (faults > 0 && (url || exit))
        throw new Refused(`The demo found ${faults === 1 ? 'a fault' : `${faults} faults`}, listed above.`);
    });
}

/** The longest code of a channel of Adventure Works is added to it. */
function demoName(text: string): string {
  if (!/^[a-z][a-z0-9-]{0,23}$/.test(text))
    throw new InvalidArgumentError(
      'Specify a lowercase letter, then at most 23 lowercase letters, digits, or hyphens.',
    );
  return text;
}
