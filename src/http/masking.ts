import { randomBytes } from 'node:crypto';
import { GraphQLError, type GraphQLFormattedError } from 'graphql';
import type pino from 'pino';
import { DomainError, InvalidInput, Unauthenticated } from '../errors.ts';

export type MaskError = (error: unknown) => GraphQLError;

/**
 * Returns the function that every error passes through on its way to a client, over HTTP and WebSocket. Failures that a
 * client can act on keep their message and code. Anything else is a bug: it is logged once with a short reference, and
 * the client gets only the reference.
 */
export function errorMask(log: pino.Logger): MaskError {
  const masked = new WeakSet<GraphQLError>();

  function maskError(error: unknown): GraphQLError {
    const { cause, place } = unwrap(error, masked);
    if (cause instanceof GraphQLError && masked.has(cause)) return cause;
    const result = new GraphQLError(messageOf(cause), {
      nodes: place?.nodes,
      source: place?.source,
      positions: place?.positions,
      path: place?.path,
      extensions: extensionsOf(cause, place),
    });
    masked.add(result);
    return result;
  }

  function extensionsOf(cause: unknown, place: GraphQLError | undefined): Record<string, unknown> {
    if (cause instanceof DomainError) {
      const { code, inputPath } = cause;
      return {
        code,
        path: inputPath ?? undefined,
        ...(cause instanceof InvalidInput && { violations: cause.violations }),
        ...(cause instanceof Unauthenticated && unauthenticated),
      };
    }
    if (cause instanceof GraphQLError) {
      const { code, path, http } = cause.extensions;
      return { code: code ?? 'BAD_USER_INPUT', path, http };
    }
    if (isAbort(cause)) return { code: 'ABORTED' };
    const reference = randomBytes(4).toString('hex');
    log.error({ reference, path: place?.path?.join('.'), err: cause }, 'unexpected error in a request');
    // `unexpected` makes yoga respond with 500 if there is no data. It is never sent to clients.
    return { code: 'INTERNAL', reference, unexpected: true };
  }

  return maskError;
}

/** An error as clients see it, without the extensions meant for the HTTP response. */
export function formatError(error: GraphQLError): GraphQLFormattedError {
  const { http, unexpected, ...extensions } = error.extensions;
  return { ...error.toJSON(), extensions };
}

/** Whether a retry may help: a database was unavailable, or the error is unexpected. */
export function mayPass(error: unknown): boolean {
  const { cause } = unwrap(error);
  if (cause instanceof DomainError) return cause.code === 'DATABASE_UNAVAILABLE';
  return !(cause instanceof GraphQLError);
}

const unauthenticated = { http: { status: 401, headers: { 'WWW-Authenticate': 'Bearer' } } };

/** The original error, and the innermost GraphQL error around it, which has the location in the document. */
function unwrap(error: unknown, masked?: WeakSet<GraphQLError>): { cause: unknown; place: GraphQLError | undefined } {
  let cause = error;
  let place: GraphQLError | undefined;
  while (cause instanceof GraphQLError) {
    if (place === undefined || cause.path !== undefined) place = cause;
    if (masked?.has(cause) || cause.originalError === undefined || cause.originalError === null) break;
    cause = cause.originalError;
  }
  return { cause, place };
}

/** The client has disconnected, so nobody reads the response. */
const isAbort = (cause: unknown) => cause instanceof Error && cause.name === 'AbortError';

function messageOf(cause: unknown): string {
  return cause instanceof DomainError || cause instanceof GraphQLError ? cause.message : 'Unexpected error.';
}
