import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { CloseCode, handleProtocols, type Server } from 'graphql-ws';
import type pino from 'pino';
import { WebSocket, WebSocketServer } from 'ws';
import type { Limits } from './limits.ts';
import type { SocketState } from './operations.ts';
import { calledLocally, localOnly, originAllowed } from './origins.ts';
import { bareAnswer, pathOf } from './requests.ts';

interface SocketsOptions<Viewer> {
  path: string;
  operations: Server<SocketState<Viewer>>;
  allowedOrigins: string[];
  onlyLocalCallers: boolean;
  hasExpired: (viewer: Viewer | undefined) => boolean;
  limits: Limits;
  log: pino.Logger;
}

interface Sockets {
  upgrade(request: IncomingMessage, connection: Duplex, head: Buffer): void;
  /** Tells every socket that the server is going away, and terminates those that do not respond. */
  close(): Promise<void>;
}

/** The server's WebSockets: who may open one, how fast it may send, and when it is closed. */
export function openSockets<Viewer>({
  path,
  operations,
  allowedOrigins,
  onlyLocalCallers,
  hasExpired,
  limits,
  log,
}: SocketsOptions<Viewer>): Sockets {
  const server = new WebSocketServer({
    noServer: true,
    maxPayload: limits.socketMessage,
    perMessageDeflate: false,
    handleProtocols: (offered) => handleProtocols(offered),
  });
  const states = new WeakMap<WebSocket, SocketState<Viewer>>();
  const look = lookAtSockets(server.clients, limits);
  const lookout = setInterval(() => {
    look();
    for (const socket of server.clients)
      if (socket.readyState === WebSocket.OPEN && hasExpired(states.get(socket)?.viewer))
        socket.close(CloseCode.Forbidden, 'Token expired');
  }, limits.socketLookEvery).unref();
  let closing = false;

  function upgrade(request: IncomingMessage, connection: Duplex, head: Buffer): void {
    connection.on('error', () => {});
    const refusal = reasonAgainst(request);
    if (refusal !== undefined) {
      // There is no WebSocket yet, so the refusal is an HTTP response.
      connection.end(bareAnswer(...refusal));
      return;
    }
    server.handleUpgrade(request, connection, head, (socket) => {
      states.set(socket, serveSocket(socket, request.headers.authorization, { operations, limits, log }));
    });
  }

  function reasonAgainst(request: IncomingMessage): [status: string, text?: string] | undefined {
    if (closing) return ['503 Service Unavailable'];
    if (pathOf(request) !== path) return ['404 Not Found'];
    if (onlyLocalCallers && !calledLocally(request.headers)) return ['421 Misdirected Request', localOnly];
    return originAllowed(request.headers, allowedOrigins) ? undefined : ['403 Forbidden', foreignOrigin];
  }

  async function close(): Promise<void> {
    closing = true;
    clearInterval(lookout);
    const open = [...server.clients];
    const gone = open.map((socket) => new Promise((resolve) => socket.once('close', resolve)));
    for (const socket of open) {
      socket.resume();
      socket.close(1001, 'Going away');
    }
    const end = setTimeout(() => {
      for (const socket of open) socket.terminate();
    }, limits.closing);
    await Promise.all(gone);
    clearTimeout(end);
  }

  return { upgrade, close };
}

const foreignOrigin = 'Pages of this origin may not call the API. Set PUBLIC_URL or ALLOWED_ORIGINS to allow it.';

/** Hands a socket to graphql-ws, and stops reading from it while the client does not read its results. */
function serveSocket<Viewer>(
  socket: WebSocket,
  authorization: string | undefined,
  { operations, limits, log }: Pick<SocketsOptions<Viewer>, 'operations' | 'limits' | 'log'>,
): SocketState<Viewer> {
  /** Queued messages. One is started per turn of the event loop, so that a burst does not hold up other clients. */
  const backlog: string[] = [];
  const gone = new AbortController();
  const state: SocketState<Viewer> = { socket, authorization, signal: gone.signal };
  const mayRead = () => backlog.length <= limits.socketBacklog && socket.bufferedAmount <= limits.socketHighWater;
  const closed = operations.opened(
    {
      protocol: socket.protocol,
      send: (data) =>
        new Promise((resolve) => {
          if (socket.readyState !== WebSocket.OPEN) return resolve();
          socket.send(data, () => {
            if (socket.isPaused && mayRead()) socket.resume();
            resolve();
          });
          if (socket.bufferedAmount > limits.socketHighWater) socket.pause();
        }),
      close: (code, reason) => socket.close(code, reason && closeReason(reason)),
      onMessage: (handle) => {
        const handleNext = () => {
          const data = backlog.shift();
          // Nothing that follows the message that closed the socket is handled.
          if (data === undefined || socket.readyState !== WebSocket.OPEN) return;
          handle(data).catch((error: unknown) => {
            if (isUnexpectedMessage(error)) return socket.close(CloseCode.BadRequest, error.message);
            log.warn({ err: error }, 'could not handle a socket message');
            socket.close(1011, 'Internal error');
          });
          if (backlog.length > 0) setImmediate(handleNext);
          if (socket.isPaused && mayRead()) socket.resume();
        };
        socket.on('message', (data) => {
          backlog.push(String(data));
          if (backlog.length === 1) setImmediate(handleNext);
          if (!mayRead()) socket.pause();
        });
      },
    },
    state,
  );
  // The message was too large or not a WebSocket frame. ws closes the socket.
  socket.on('error', (error) => log.debug({ err: error }, 'socket error'));
  socket.once('close', (code, reason) => {
    gone.abort();
    backlog.length = 0;
    closed(code, String(reason)).catch((error: unknown) => {
      log.warn({ err: error }, 'could not clean up a closed socket');
    });
  });
  return state;
}

/** A reason as it fits into a closing frame: 123 bytes, and no character cut in half. */
const closeReason = (reason: string): string =>
  new TextDecoder().decode(Buffer.from(reason).subarray(0, 123), { stream: true });

/** graphql-ws throws this for a well-formed message of a type that only servers send. */
const isUnexpectedMessage = (error: unknown): error is Error =>
  error instanceof Error && error.message.startsWith('Unexpected message of type');

/**
 * The periodic check of all sockets. It pings each socket in turn, so that the pings are spread out, and terminates
 * those that do not respond or let their results pile up.
 */
function lookAtSockets(sockets: Set<WebSocket>, limits: Limits): () => void {
  const overflowing = new WeakMap<WebSocket, number>();
  const turns = new WeakMap<WebSocket, number>();
  const unanswered = new WeakSet<WebSocket>();
  let look = 0;
  let nextTurn = 0;

  return () => {
    look++;
    for (const socket of sockets) {
      const looks = socket.bufferedAmount > limits.socketOverflow ? (overflowing.get(socket) ?? 0) + 1 : 0;
      overflowing.set(socket, looks);
      if (looks > limits.socketOverflowLooks) {
        socket.terminate();
        continue;
      }
      let turn = turns.get(socket);
      if (turn === undefined) {
        turn = nextTurn++ % limits.socketPingEvery;
        turns.set(socket, turn);
        socket.on('pong', () => unanswered.delete(socket));
      }
      if (look % limits.socketPingEvery !== turn || socket.readyState !== WebSocket.OPEN) continue;
      if (unanswered.has(socket)) {
        socket.terminate();
        continue;
      }
      unanswered.add(socket);
      socket.ping();
    }
  };
}
