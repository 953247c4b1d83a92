import { Command } from 'commander';
import packageJson from '../../package.json' with { type: 'json' };
import { attention } from './attention.ts';
import { channel } from './channel.ts';
import { WrongUsage } from './command.ts';
import { customer } from './customer.ts';
import { demo } from './demo.ts';
import { exitCodes } from './failure.ts';
import { job } from './job.ts';
import { maintenance } from './maintenance.ts';
import { migrate } from './migrate.ts';
import { profile } from './profile.ts';
import { schedule } from './schedule.ts';
import { serve } from './serve.ts';
import { statement } from './statement.ts';
import type { Terminal } from './terminal.ts';
import { token } from './token.ts';
import { watch } from './watch.ts';
import { worker } from './worker.ts';

/** A command that throws WrongUsage, in one line, instead of printing errors and exiting. Throws CommanderError after help or the version. */
class HqCommand extends Command {
  constructor(name?: string) {
    super(name);
    this.helpCommand(false).exitOverride();
  }

  override createCommand(name?: string): Command {
    return new HqCommand(name);
  }

  override error(message: string): never {
    const [problem, hint] = message.replace(/^error: (.)/, (_, first: string) => first.toUpperCase()).split('\n');
    const names: string[] = [];
    for (let command: Command | null = this; command; command = command.parent) names.unshift(command.name());
    throw new WrongUsage(
      [
        /[.?!]$/.test(problem!) ? problem : `${problem}.`,
        hint?.replace(/[()]/g, ''),
        `Run "${names.join(' ')} --help" for help.`,
      ]
        .filter(Boolean)
        .join(' '),
    );
  }
}

/** The `hq` command. */
export function programFor(terminal: Terminal): Command {
  const program = new HqCommand('hq')
    .description('Headquarters for retail channels: a GraphQL API with live subscriptions.')
    .usage('<command> [options]')
    .version(packageJson.version, '--version', 'print the version')
    .helpOption('--help', 'print help')
    // Options belong to the command that they follow.
    .enablePositionalOptions()
    .configureHelp({ showGlobalOptions: false })
    .configureOutput({
      writeOut: (text) => void terminal.stdout.write(text),
      writeErr: (text) => void terminal.stderr.write(text),
      getOutHelpWidth: () => (terminal.stdout.isTTY && terminal.stdout.columns) || 100,
      getOutHasColors: () => false,
    })
    .addHelpText(
      'after',
      `\nRun "hq <command> --help" for options and examples.\nExit codes: ${Object.entries(exitCodes)
        .map(([code, meaning]) => `${code} ${meaning}`)
        .join(', ')}.`,
    );

  program.commandsGroup('Run headquarters:');
  serve(program, terminal);
  worker(program, terminal);
  demo(program, terminal);
  migrate(program, terminal);
  token(program, terminal);

  program.commandsGroup('Ask a running headquarters:');
  attention(program, terminal);
  watch(program, terminal);
  job(program, terminal);
  schedule(program, terminal);
  channel(program, terminal);
  profile(program, terminal);
  maintenance(program, terminal);
  customer(program, terminal);
  statement(program, terminal);
  return program;
}
