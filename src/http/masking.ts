import { randomBytes } from 'node:crypto';
import { GraphQLError, type GraphQLFormattedError } from 'graphql';
import type pino from 'pino';
import { DomainError, Unauthenticated } from '../errors.ts';

export type MaskError = (error: unknown) => GraphQLError;

/**
 * Makes the function that every error passes on its way to a client, over HTTP and over WebSocket. Failures that a
 * client can act on keep their message and code. Anything else is a bug: it is logged once under a short reference,
 * and the client gets the reference and nothing else.
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
        ...(cause instanceof Unauthenticated ? unauthenticated : {}),
      };
    }
    if (cause instanceof GraphQLError) {
      const { code, path, http } = cause.extensions;
      return { code: code ?? 'BAD_USER_INPUT', path, http };
    }
    if (isAbort(cause)) return { code: 'ABORTED' };
    const reference = randomBytes(4).toString('hex');
    log.error({ reference, path: place?.path?.join('.'), err: cause }, 'unexpected error in a request');
    // `unexpected` makes yoga answer 500 when there is no data; it never leaves the server.
    return { code: 'INTERNAL', reference, unexpected: true };
  }

  return maskError;
}

/** An error as a client sees it: without what is meant for the HTTP response. */
export function formatError(error: GraphQLError): GraphQLFormattedError {
  const { http, unexpected, ...extensions } = error.extensions;
  return { ...error.toJSON(), extensions };
}

/** True when trying again may help: the failure says so, or it is a bug or a broken connection below. */
export function mayPass(error: unknown): boolean {
  const { cause } = unwrap(error);
  if (cause instanceof DomainError) return cause.code === 'DATABASE_UNAVAILABLE';
  return !(cause instanceof GraphQLError);
}

const unauthenticated = { http: { status: 401, headers: { 'WWW-Authenticate': 'Bearer' } } };

/** What was thrown first, and the innermost GraphQL error around it, which knows the place in the document. */
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

/** The client went away; nobody reads the answer. */
const isAbort = (cause: unknown) => cause instanceof Error && cause.name === 'AbortError';

function messageOf(cause: unknown): string {
  return cause instanceof DomainError || cause instanceof GraphQLError ? cause.message : 'Unexpected error.';
}
