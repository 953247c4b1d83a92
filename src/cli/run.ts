import { report } from './failure.ts';
import { programFor } from './program.ts';
import type { Terminal } from './terminal.ts';

/** Runs a command, such as `['job', 'list']`, and returns its exit code. */
export async function run(args: string[], terminal: Terminal): Promise<number> {
  try {
    const program = programFor(terminal);
    await program.parseAsync(args.length === 0 ? ['--help'] : args, { from: 'user' });
    return 0;
  } catch (error) {
    return report(error, terminal);
  }
}
