import { type ExecutionArgs, type ExecutionResult, GraphQLError, getOperationAST } from 'graphql';
import { type Context, makeServer, type Server, type SubscribePayload } from 'graphql-ws';
import { isAsyncIterable, type YogaServerInstance } from 'graphql-yoga';
import type { WebSocket } from 'ws';
import { openByToken, type Tokens } from '../access/tokens.ts';
import { Forbidden, Unauthenticated } from '../errors.ts';
import type { Fanout } from './fanout.ts';
import type { Limits } from './limits.ts';
import { formatError, type MaskError } from './masking.ts';
import { type Asked, tooExpensive } from './rules.ts';

/** The state of an open socket. */
export interface SocketState<Viewer> extends Asked<Viewer> {
  socket: WebSocket;
  /** `Authorization` header of the upgrade request, from clients that can set headers. */
  authorization: string | undefined;
}

interface OperationsOptions<Viewer> {
  // biome-ignore lint/suspicious/noExplicitAny: yoga's own contexts, which nothing here reads.
  yoga: YogaServerInstance<any, any>;
  viewerOf: (authorization: string | undefined) => Promise<Viewer>;
  fanout: Fanout<Viewer>;
  tokens: Tokens<Viewer>;
  maskError: MaskError;
  limits: Limits;
}

type Result = ExecutionResult | AsyncIterable<ExecutionResult>;

/**
 * The graphql-transport-ws protocol with yoga's rules. An operation is executed to its result or stream before
 * graphql-ws sees it, so an error on the way becomes an `error` message for that operation. For a single syntax error,
 * graphql-ws would close the socket with all its other subscriptions.
 */
export function operationServer<Viewer>(options: OperationsOptions<Viewer>): Server<SocketState<Viewer>> {
  const { viewerOf, maskError, limits } = options;
  const connections = openByToken<Viewer, Connection<Viewer>>(options.tokens);
  const results = new WeakMap<ExecutionArgs, Result>();
  const resultOf = (args: ExecutionArgs) => results.get(args) as ExecutionResult;

  return makeServer<Record<string, unknown>, SocketState<Viewer>>({
    connectionInitWaitTimeout: limits.connectionInit,
    async onConnect(connection) {
      const { connectionParams, extra } = connection;
      try {
        const viewer = await viewerOf(tokenIn(connectionParams) ?? extra.authorization);
        if ((connections.of(viewer)?.size ?? 0) >= limits.tokenSockets) {
          extra.socket.close(4429, 'Too many sockets with this token');
          return false;
        }
        // The socket may have been closed in the meantime.
        if (extra.signal?.aborted) return false;
        extra.viewer = viewer;
        connections.add(viewer, connection);
        return true;
      } catch (error) {
        // 4403 tells the client that its token is invalid, 1013 that it may try again.
        if (!(error instanceof Unauthenticated || error instanceof Forbidden)) {
          maskError(error);
          extra.socket.close(1013, 'Try again later');
        }
        return false;
      }
    },
    onClose: (connection) => {
      if (connection.extra.viewer !== undefined) connections.delete(connection.extra.viewer, connection);
    },
    async onSubscribe({ subscriptions, extra }, id, payload) {
      const ofToken = extra.viewer === undefined ? undefined : connections.of(extra.viewer);
      if (
        Object.keys(subscriptions).length > limits.socketOperations ||
        (ofToken && operationsOf(ofToken) > limits.tokenOperations)
      ) {
        return [new GraphQLError('too many operations', { extensions: { code: 'TOO_MANY_OPERATIONS' } })];
      }
      try {
        const { args, result } = await begin(options, extra, id, payload);
        if (isRequestError(result)) return result.errors.map(maskError);
        results.set(args, result);
        return args;
      } catch (error) {
        return errorsIn(error).map(maskError);
      }
    },
    execute: resultOf,
    subscribe: resultOf,
    onNext: (_context, _id, _payload, _args, { errors, ...result }) =>
      errors === undefined ? undefined : { ...result, errors: errors.map(maskError).map(formatError) },
    onError: (_context, _id, _payload, errors) => errors.map(maskError).map(formatError),
  });
}

type Connection<Viewer> = Context<Record<string, unknown>, SocketState<Viewer>>;

function operationsOf<Viewer>(connections: ReadonlySet<Connection<Viewer>>): number {
  let number = 0;
  for (const { subscriptions } of connections) number += Object.keys(subscriptions).length;
  return number;
}

/** Parses, validates, and executes an operation as yoga does for HTTP, or joins a feed that is executed once for many sockets. */
async function begin<Viewer>(
  { yoga, fanout, limits }: OperationsOptions<Viewer>,
  { viewer, socket, signal }: SocketState<Viewer>,
  id: string,
  { query, operationName, variables }: SubscribePayload,
): Promise<{ args: ExecutionArgs; result: Result }> {
  if (viewer === undefined) throw new Unauthenticated();
  const { schema, parse, validate, contextFactory, execute, subscribe } = yoga.getEnveloped({
    viewer,
    signal,
  });
  const document = parse(query);
  const invalid: readonly GraphQLError[] = validate(schema, document);
  if (invalid.length > 0) throw new AggregateError(invalid);
  const contextValue = await contextFactory();
  const args: ExecutionArgs = { schema, document, operationName, variableValues: variables, contextValue };
  const operation = getOperationAST(document, operationName);
  if (!operation) {
    // The same error as yoga's for HTTP.
    const extensions = { code: 'OPERATION_RESOLUTION_FAILURE' };
    throw new GraphQLError('Could not determine what operation to execute.', { extensions });
  }
  if (operation.operation !== 'subscription') return { args, result: await execute(args) };
  const refused = tooExpensive(args, limits);
  if (refused) throw refused;
  const shared = await fanout({ args, query, viewer, socket, id });
  return { args, result: shared ?? (await subscribe(args)) };
}

const errorsIn = (error: unknown): unknown[] => (error instanceof AggregateError ? error.errors : [error]);

const isRequestError = (result: Result): result is { errors: readonly GraphQLError[] } =>
  !isAsyncIterable(result) && result.errors !== undefined && !('data' in result);

function tokenIn(connectionParams: Readonly<Record<string, unknown>> | undefined): string | undefined {
  const token = connectionParams?.authorization ?? connectionParams?.Authorization;
  return typeof token === 'string' ? token : undefined;
}
