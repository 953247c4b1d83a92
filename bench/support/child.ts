import { type ChildProcess, fork } from 'node:child_process';
import { join } from 'node:path';

/** A process of its own that answers calls. */
export interface Child {
  call<Answer>(name: string, input?: unknown): Promise<Answer>;
  stop(): Promise<void>;
}

interface Reply {
  id: number;
  answer?: unknown;
  failure?: string;
}

/** The folder of the built files (main.ts). */
export const buildFolder = 'BENCH_BUILD';

/** Starts a file that calls `answer`, by its name. It ends when stopped, after `most` seconds, or with this process. */
export function startChild(file: string, most: number): Child {
  const child = fork(join(process.env[buildFolder]!, `${file}.js`), {
    env: { ...process.env, NODE_ENV: 'production', UV_THREADPOOL_SIZE: '16' },
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  });
  const waiting = new Map<number, { settle: (answer: unknown) => void; fail: (error: Error) => void }>();
  let ids = 0;
  let late = false;
  const end = setTimeout(() => {
    late = true;
    child.kill('SIGKILL');
  }, most * 1_000);
  const gone = new Promise<void>((resolve) => {
    child.once('exit', () => {
      clearTimeout(end);
      const reason = late ? `did not end within ${most} seconds` : 'ended too early; the reason is above';
      for (const { fail } of waiting.values()) fail(new Error(`${file} ${reason}`));
      resolve();
    });
  });
  child.on('message', ({ id, answer, failure }: Reply) => {
    const caller = waiting.get(id);
    waiting.delete(id);
    if (failure === undefined) caller?.settle(answer);
    else caller?.fail(new Error(failure));
  });
  return {
    call: <Answer>(name: string, input: unknown = {}) =>
      new Promise<Answer>((settle, fail) => {
        if (!isRunning(child)) return fail(new Error(`${file} has ended`));
        const id = ++ids;
        waiting.set(id, { settle: settle as (answer: unknown) => void, fail });
        child.send({ id, name, input });
      }),
    async stop() {
      if (isRunning(child)) child.kill('SIGKILL');
      await gone;
    },
  };
}

const isRunning = (child: ChildProcess) => child.exitCode === null && child.signalCode === null;

/** Set in a quick run. */
export const quickRun = 'BENCH_QUICK';
const kept = new Map<string, Child>();

/** Runs one call in a process of its own. In a quick run, calls share one, because to start them would take longest. */
export async function inProcess<Answer>(file: string, name: string, input: unknown, most: number): Promise<Answer> {
  if (process.env[quickRun]) {
    const child = kept.get(file) ?? startChild(file, most);
    kept.set(file, child);
    return child.call(name, input);
  }
  const child = startChild(file, most);
  try {
    return await child.call<Answer>(name, input);
  } finally {
    await child.stop();
  }
}

/** What a file says that is started with `startChild`. */
// biome-ignore lint/suspicious/noExplicitAny: each call has its own input
export function answer(calls: Record<string, (input: any) => Promise<unknown>>): void {
  process.once('disconnect', () => process.exit());
  process.on('message', async ({ id, name, input }: { id: number; name: string; input: unknown }) => {
    try {
      process.send!({ id, answer: await calls[name]!(input) });
    } catch (error) {
      process.send!({ id, failure: error instanceof Error ? (error.stack ?? error.message) : String(error) });
    }
  });
}
