import { run } from './run.ts';
import { processTerminal } from './terminal.ts';

// Whoever reads the output may stop early, as in `hq job list | head -1`.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit(0);
  throw error;
});

// `serve` and `demo` go on after this. Output to a pipe is written before the process ends.
process.exitCode = await run(process.argv.slice(2), processTerminal);
