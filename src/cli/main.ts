import { Refused } from '../client/client.ts';
import { InvalidSettings } from '../config.ts';
import { FolderRefused } from '../data/folder-lock.ts';
import { DomainError } from '../errors.ts';
import { PortInUse } from '../http/server.ts';
import { createLog } from '../log.ts';
import { program } from './program.ts';

program.parseAsync().catch((error: unknown) => {
  const expected =
    error instanceof PortInUse ||
    error instanceof FolderRefused ||
    error instanceof Refused ||
    error instanceof InvalidSettings ||
    error instanceof DomainError;
  if (expected) console.error((error as Error).message);
  else createLog('error').fatal({ err: error }, 'unexpected error');
  if (error instanceof DomainError && error.cause instanceof Error) {
    // Unlike a connection error, the error of a statement may quote values.
    if ('driverError' in error.cause) createLog('error').error({ err: error.cause }, 'cause');
    else console.error(`  Cause: ${error.cause.message}`);
  }
  process.exit(1);
});
