import { type ExecutionArgs, type ExecutionResult, GraphQLError } from 'graphql';
import { type Context, makeServer, type Server, type SubscribePayload } from 'graphql-ws';
import { isAsyncIterable } from 'graphql-yoga';
import type { WebSocket } from 'ws';
import { openByToken, type Tokens } from '../access/tokens.ts';
import { Forbidden, Unauthenticated } from '../errors.ts';
import type { Fanout } from './fanout.ts';
import type { Limits } from './limits.ts';
import { formatError, type MaskError } from './masking.ts';
import { prepared, type Result, type Yoga } from './operation.ts';
import { type Asked, tooExpensive } from './rules.ts';

/** The state of an open socket. */
export interface SocketState<Viewer> extends Asked<Viewer> {
  socket: WebSocket;
  /** `Authorization` header of the upgrade request, from clients that can set headers. */
  authorization: string | undefined;
}

interface OperationsOptions<Viewer> {
  yoga: Yoga;
  viewerOf: (authorization: string | undefined) => Promise<Viewer>;
  fanout: Fanout<Viewer>;
  tokens: Tokens<Viewer>;
  maskError: MaskError;
  limits: Limits;
}

type Stream = AsyncGenerator<ExecutionResult, void>;

/**
 * The graphql-transport-ws protocol with yoga's rules. An operation is executed to its result or stream before
 * graphql-ws sees it, so an error on the way becomes an `error` message for that operation. For a single syntax error,
 * graphql-ws would close the socket with all its other subscriptions.
 */
export function operationServer<Viewer>(options: OperationsOptions<Viewer>): Server<SocketState<Viewer>> {
  const { viewerOf, maskError, limits } = options;
  const connections = openByToken<Viewer, Connection<Viewer>>(options.tokens);
  const streams = new WeakMap<ExecutionArgs, Stream>();

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
    async onSubscribe(connection, id, payload) {
      const { subscriptions, extra } = connection;
      const ofToken = extra.viewer === undefined ? undefined : connections.of(extra.viewer);
      if (
        Object.keys(subscriptions).length > limits.socketOperations ||
        (ofToken && operationsOf(ofToken) > limits.tokenOperations)
      ) {
        return [new GraphQLError('too many operations', { extensions: { code: 'TOO_MANY_OPERATIONS' } })];
      }
      // graphql-ws knows an operation by its ID only, and the client may use the ID again once it has completed the operation.
      const placeholder = silenced(just({}));
      subscriptions[id] = placeholder;
      const begun = await begin(options, extra, id, payload).catch((error) => errorsIn(error).map(maskError));
      const isCompleted = connection.subscriptions[id] !== placeholder;
      if (Array.isArray(begun)) return isCompleted ? never() : begun;
      streams.set(begun.args, begun.stream);
      if (!isCompleted) return begun.args;
      void begun.stream.return();
      return never();
    },
    execute: (args) => streams.get(args)!,
    subscribe: (args) => streams.get(args)!,
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

/** Executes an operation, or joins a feed that is executed once for many sockets. */
async function begin<Viewer>(
  { yoga, fanout, limits }: OperationsOptions<Viewer>,
  { viewer, socket, signal }: SocketState<Viewer>,
  id: string,
  payload: SubscribePayload,
): Promise<{ args: ExecutionArgs; stream: Stream }> {
  if (viewer === undefined) throw new Unauthenticated();
  const { kind, args, execute, subscribe } = await prepared(yoga, { viewer, signal }, payload);
  if (kind !== 'subscription') return { args, stream: streamOf(await execute(args)) };
  const refused = tooExpensive(args, limits);
  if (refused) throw refused;
  const shared = await fanout({ args, query: payload.query, viewer, socket, id });
  return { args, stream: streamOf(shared ?? (await subscribe(args))) };
}

/** The results of an operation. Throws errors that precede its execution. */
function streamOf(result: Result): Stream {
  if (isAsyncIterable(result)) return silenced(result);
  if (result.errors !== undefined && !('data' in result)) throw new AggregateError(result.errors);
  return silenced(just(result));
}

/**
 * A stream that says nothing more, not even that it has ended, once it is told to return. graphql-ws would send the result that a completed
 * operation was waiting for, or its end, to another operation that has the same ID by then.
 */
function silenced(source: AsyncIterable<ExecutionResult>): Stream {
  const iterator = source[Symbol.asyncIterator]();
  let isSilent = false;
  const stop = () => {
    isSilent = true;
    // Not awaited: a stream that waits for its next event may answer late.
    iterator.return?.().catch(() => {});
    return Promise.resolve<IteratorResult<never, void>>({ done: true, value: undefined });
  };
  return {
    async next() {
      try {
        const result = await iterator.next();
        if (!isSilent) return result;
      } catch (error) {
        if (!isSilent) throw error;
      }
      return never();
    },
    return: stop,
    throw: stop,
    [Symbol.asyncIterator]() {
      return this;
    },
  };
}

async function* just(result: ExecutionResult): AsyncGenerator<ExecutionResult, void> {
  yield result;
}

const never = () => new Promise<never>(() => {});

const errorsIn = (error: unknown): unknown[] => (error instanceof AggregateError ? error.errors : [error]);

function tokenIn(connectionParams: Readonly<Record<string, unknown>> | undefined): string | undefined {
  const token = connectionParams?.authorization ?? connectionParams?.Authorization;
  return typeof token === 'string' ? token : undefined;
}
