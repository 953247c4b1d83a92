import type { Writable } from 'node:stream';

/** What a command reads from and writes to. Tests supply their own. */
export interface Terminal {
  stdout: Writable & { isTTY?: boolean; columns?: number; rows?: number };
  stderr: Writable;
  env: Record<string, string | undefined>;
  /** Returns a signal that Ctrl-C aborts. From then on, the first Ctrl-C no longer ends the process. */
  interruption(): AbortSignal;
}

/** The terminal of this process. */
export const processTerminal: Terminal = {
  stdout: process.stdout,
  stderr: process.stderr,
  env: process.env,
  interruption() {
    const controller = new AbortController();
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => controller.abort());
    return controller.signal;
  },
};
