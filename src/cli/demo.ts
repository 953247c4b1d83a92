import type { Command } from 'commander';
import { demo as play } from '../demo/demo.ts';
import { examples, wholeNumber } from './command.ts';

/** `hq demo`: plays Adventure Works. */
export function demo(program: Command): void {
  program
    .command('demo')
    .description('convert the customers of Adventure Works and book their orders, then keep serving')
    .option('--customers <count>', 'use only the first <count> customers and their orders', wholeNumber)
    .option('--exit', 'exit when done, with code 0 only if every customer, order, and sale was found exactly once')
    .addHelpText('after', examples('hq demo', 'hq demo --customers 2000 --exit'))
    .action(play);
}
