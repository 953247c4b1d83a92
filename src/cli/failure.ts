import { CommanderError } from 'commander';
import { Refused, Unreachable } from '../client/client.ts';
import { InvalidSettings } from '../config.ts';
import { DomainError, FolderRefused, PortInUse } from '../errors.ts';
import { createLog } from '../log.ts';
import { WrongUsage } from './command.ts';
import type { Terminal } from './terminal.ts';

export const exitCodes = {
  0: 'success',
  1: 'failed or refused',
  2: 'wrong usage or setting',
  3: 'server unreachable',
} as const;

/** Prints why a command failed, in as few lines as possible, and returns its exit code. */
export function report(error: unknown, { stderr }: Terminal): keyof typeof exitCodes {
  const print = (line: string) => void stderr.write(`${line}\n`);
  // Commander has printed help or the version.
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
  if (error instanceof InvalidSettings || error instanceof WrongUsage) {
    print(error.message);
    return 2;
  }
  if (error instanceof Unreachable) {
    print(error.message);
    return 3;
  }
  if (error instanceof Refused) {
    const hint = error.code === 'UNAUTHENTICATED' ? ' Specify it with --token or HQ_TOKEN; "hq token" issues one.' : '';
    print(`${error.message}${hint}`);
    return 1;
  }
  if (error instanceof FolderRefused || error instanceof PortInUse) {
    print(error.message);
    return 1;
  }
  if (error instanceof DomainError) {
    print(error.message);
    // Unlike a connection error, the error of a statement may quote values.
    if (error.cause instanceof Error && 'driverError' in error.cause)
      createLog('error').error({ err: error.cause }, 'cause');
    else if (error.cause instanceof Error) print(`  Cause: ${error.cause.message}`);
    return 1;
  }
  createLog('error').fatal({ err: error }, 'unexpected error');
  return 1;
}
