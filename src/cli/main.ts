import { run } from './run.ts';
import { processTerminal } from './terminal.ts';

// Whoever reads the output may stop early, as in `hq job list | head -1`.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit(0);
  throw error;
});

const code = await run(process.argv.slice(2), processTerminal);
// A connection that is being made again would keep the process alive. What was printed is written first.
process.stdout.write('', () => process.stderr.write('', () => process.exit(code)));
