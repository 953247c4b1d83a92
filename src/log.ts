import pino from 'pino';

/**
 * The log of a process: JSON lines on standard error. Of an error only what tells where it happened is written. A database error carries
 * its statement's parameters, and PostgreSQL's detail the values of the row: personal data, which never reaches a log.
 */
export const createLog = (level: string, destination: pino.DestinationStream = pino.destination(2)): pino.Logger =>
  pino({ level, base: null, timestamp: pino.stdTimeFunctions.isoTime, serializers: { err: withoutData } }, destination);

function withoutData(error: unknown): unknown {
  if (!(error instanceof Error)) return { message: 'something that is no Error was thrown' };
  const { code, driverError } = error as { code?: unknown; driverError?: { code?: unknown } };
  const ofDatabase = driverError !== undefined;
  return {
    type: error.constructor.name,
    // What a database says may quote values; its code says enough.
    message: ofDatabase ? `the database refused a statement (${String(driverError?.code ?? code)})` : error.message,
    ...(code === undefined ? {} : { code }),
    stack: error.stack?.split('\n').filter((line) => line.startsWith('    at ')),
    ...(error.cause === undefined ? {} : { cause: withoutData(error.cause) }),
  };
}
