import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import type { GraphQLSchema } from 'graphql';
import { createYoga } from 'graphql-yoga';
import type pino from 'pino';
import { hasExpired, type Tokens } from '../access/tokens.ts';
import { DomainError, PortInUse } from '../errors.ts';
import type { Nudges } from '../events/nudges.ts';
import { sortAccept } from './accept.ts';
import { DocumentCache, documentSize } from './document-cache.ts';
import { fanout } from './fanout.ts';
import { type Graphiql, graphiqlPage, wantsPage } from './graphiql.ts';
import { answerPlainly, plainType } from './json-requests.ts';
import { defaultLimits, type Limits } from './limits.ts';
import { errorMask } from './masking.ts';
import { operationServer } from './operations.ts';
import { calledLocally, localOnly, originAllowed } from './origins.ts';
import { type Probe, readiness } from './readiness.ts';
import {
  bareAnswer,
  everywhere,
  pathOf,
  type Received,
  receive,
  removePrefix,
  requestRules,
  statusOf,
} from './requests.ts';
import { type Asked, documentLimits, execution } from './rules.ts';
import { openSockets } from './sockets.ts';

export interface ServeHttpOptions<Viewer, Context extends object> extends Tokens<Viewer> {
  schema: GraphQLSchema;
  host: string;
  /** 0 picks a free port. */
  port: number;
  /** Where browsers reach the server through a proxy, which may or may not remove the path. If empty, they do so directly. */
  publicUrl?: string;
  /** Origins, besides the server's own, whose pages may call the API, exactly as a browser sends them. */
  allowedOrigins: string[];
  /**
   * Returns who is calling, or throws Unauthenticated. Called for each HTTP request with its `Authorization` header, and
   * once for each socket with `connectionParams.authorization` or the header of the upgrade request.
   */
  viewerOf: (authorization: string | undefined) => Promise<Viewer>;
  /** Creates the GraphQL context for one operation, or for one event of a subscription. It is never reused. */
  contextFor: (viewer: Viewer) => Context;
  /** Two viewers with the same scope see the same results. */
  scopeOf: (viewer: Viewer) => string;
  nudges: Nudges;
  log: pino.Logger;
  /** What the GraphiQL page shows. If omitted, there is no page. */
  graphiql?: Graphiql | undefined;
  /** Accept only requests addressed to a loopback name, for a server that requires no token. */
  onlyLocalCallers?: boolean;
  /** Answers what is no GraphQL, by method and path, such as `GET /export/customers`. They may throw a DomainError before they answer. */
  routes?: Readonly<Record<string, Route<Viewer>>>;
  /** Serve nothing but /health and /health/ready, for a process without an API. */
  onlyHealth?: boolean;
  /** What /health/ready checks, by the name that its response lists as unavailable. */
  probes: Record<string, Probe>;
  limits?: Partial<Limits>;
}

type Route<Viewer> = (request: IncomingMessage, response: ServerResponse, viewer: Viewer) => Promise<void>;

export interface HttpServer {
  url: string;
  port: number;
  /** The names of the probes that fail, as /health/ready reports them. */
  unavailable(): Promise<string[]>;
  /**
   * Announces that the server is about to stop: from now on, /health/ready returns 503 and every response ends its connection, so that
   * clients go elsewhere. `close` gives them time to.
   */
  drain(): void;
  /** Drains, accepts no more requests, tells sockets and streams to reconnect elsewhere, and resolves within seconds. */
  close(): Promise<void>;
}

/** Serves HTTP requests, WebSockets, the GraphiQL page, and health checks on one port. */
export async function serveHttp<Viewer, Context extends object>(
  options: ServeHttpOptions<Viewer, Context>,
): Promise<HttpServer> {
  const { schema, viewerOf, contextFor, log } = options;
  const publicUrl = options.publicUrl ? new URL(options.publicUrl) : undefined;
  const prefix = publicUrl?.pathname.replace(/\/$/, '') ?? '';
  const allowedOrigins = publicUrl ? [publicUrl.origin, ...options.allowedOrigins] : options.allowedOrigins;
  const limits = { ...defaultLimits, ...options.limits };
  const maskError = errorMask(log);
  const yoga = createYoga<{ received?: Promise<Received<Viewer>> }, Asked<Viewer>>({
    schema,
    graphqlEndpoint: path,
    graphiql: false,
    landingPage: false,
    multipart: false,
    logging: false,
    maskedErrors: { maskError },
    maxRequestBodySize: false,
    parserAndValidationCache: {
      documentCache: new DocumentCache(limits.documentMemory, documentSize),
      errorCache: new DocumentCache<unknown>(limits.documentMemory / 10, ({ length }) => length),
    },
    cors: ({ headers }) => corsFor(headers.get('origin'), headers.get('host'), allowedOrigins),
    plugins: [requestRules(viewerOf, limits), documentLimits(limits), execution(contextFor, limits, options)],
  });
  const page = options.graphiql && graphiqlPage(options.graphiql);
  const answers = new Set<ServerResponse>();
  const unavailableNow = readiness(options.probes, limits, log);
  let drained: Promise<void> | undefined;

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    if (options.onlyLocalCallers && !calledLocally(request.headers)) return say(response, 421, localOnly);
    switch (pathOf(request)) {
      case path:
        return options.onlyHealth ? say(response, 404, noApi) : answerGraphql(request, response);
      case '/':
        response.writeHead(302, { Location: `${prefix}${path}` }).end();
        return;
      case '/health':
        return say(response, 200, 'ok');
      case '/health/ready':
        return answerReady(response);
      default:
        return answerRoute(request, response);
    }
  }

  async function answerRoute(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const route = options.onlyHealth ? undefined : options.routes?.[`${request.method} ${pathOf(request)}`];
    if (!route) return say(response, 404, 'not found');
    const { socket } = request;
    response.once('finish', () => {
      if (!request.complete) giveUpBody(request, socket);
    });
    try {
      await route(request, response, await viewerOf(request.headers.authorization));
    } catch (error) {
      // The client has gone.
      if (socket.destroyed) return;
      if (response.headersSent) throw error;
      const { message, extensions } = maskError(error);
      const { code: errorCode, reference, violations } = extensions;
      if (errorCode === 'UNAUTHENTICATED') response.setHeader('WWW-Authenticate', 'Bearer');
      tell(response, statusFor(error), { errorCode, message, reference, violations });
    }
  }

  async function answerReady(response: ServerResponse): Promise<void> {
    if (drained) return tell(response, 503, { status: 'stopping' });
    const unavailable = await unavailableNow();
    if (unavailable.length > 0) return tell(response, 503, { status: 'unavailable', unavailable });
    return tell(response, 200, { status: 'ready' });
  }

  async function answerGraphql(request: IncomingMessage, response: ServerResponse): Promise<void> {
    response.setHeader('Vary', 'Origin, Accept');
    if (request.headers['sec-websocket-key']) return say(response, 426, lostUpgrade);
    if (wantsPage(request)) return page ? page(request, response) : say(response, 404, 'GraphiQL is off');
    if (request.headers.accept) request.headers.accept = sortAccept(request.headers.accept);
    const { socket } = request;
    response.once('finish', () => {
      if (!request.complete) giveUpBody(request, socket);
    });
    const type = plainType(request);
    if (type === undefined) return yoga(request, response);
    const received = receive(request, viewerOf, limits);
    if (!(await answerPlainly({ yoga, maskError }, type, received, response)))
      await yoga(request, response, { received });
  }

  const arriving = {
    requestTimeout: limits.requestTime,
    headersTimeout: limits.requestTime,
    connectionsCheckingInterval: Math.ceil(limits.requestTime / 30),
  };
  const server = createServer(arriving, (request, response) => {
    removePrefix(request, prefix);
    for (const [name, value] of Object.entries(everywhere)) response.setHeader(name, value);
    answers.add(response);
    response.once('close', () => answers.delete(response));
    if (drained) endConnection(response);
    answer(request, response).catch((error: unknown) => {
      log.error({ err: error }, 'could not respond to a request');
      response.destroy();
    });
  });
  // Longer than the idle timeout of common proxies, which could otherwise reuse a connection while it is being closed.
  server.keepAliveTimeout = 65_000;
  server.timeout = limits.stalled;
  server.on('clientError', (error: NodeJS.ErrnoException, connection: Socket) => {
    const isAnswered = [...answers].some(({ socket, headersSent }) => socket === connection && headersSent);
    if (isAnswered || !connection.writable || error.code === 'ECONNRESET') return connection.destroy();
    connection.write(bareAnswer(statusOf(error)));
    connection.destroySoon();
  });
  const sockets = openSockets({
    path,
    allowedOrigins,
    onlyLocalCallers: options.onlyLocalCallers ?? false,
    hasExpired: (viewer) => hasExpired(options, viewer),
    limits,
    log,
    operations: operationServer({
      yoga,
      viewerOf,
      maskError,
      limits,
      tokens: options,
      fanout: fanout({ ...options, maskError, limits }),
    }),
  });
  server.on('upgrade', (request, connection, head) => {
    if (options.onlyHealth) return connection.destroy();
    removePrefix(request, prefix);
    sockets.upgrade(request, connection, head);
  });

  function drain(): Promise<void> {
    if (drained === undefined) {
      drained = delay(limits.draining);
      for (const response of answers) endConnection(response);
    }
    return drained;
  }

  const port = await listen(server, options.host, options.port);
  return {
    url: `http://${urlHost(options.host)}:${port}`,
    port,
    unavailable: unavailableNow,
    drain,
    async close() {
      await drain();
      const closed = new Promise((resolve) => server.close(resolve));
      for (const response of answers) if (isStream(response)) response.destroy();
      // Connections become idle when their last responses have been sent.
      const idle = setInterval(() => server.closeIdleConnections(), 50);
      const end = setTimeout(() => server.closeAllConnections(), limits.closing);
      await Promise.all([sockets.close(), closed]);
      clearInterval(idle);
      clearTimeout(end);
    },
  };
}

const path = '/graphql';

/** The status of a failure that is not answered as GraphQL. */
function statusFor(error: unknown): number {
  if (!(error instanceof DomainError)) return 500;
  if (error.code === 'UNAUTHENTICATED') return 401;
  if (error.code === 'FORBIDDEN') return 403;
  if (error.code === 'CHANNEL_NOT_FOUND') return 404;
  if (error.code === 'DATABASE_UNAVAILABLE') return 503;
  return error.code === 'INVALID_INPUT' ? 400 : 409;
}

const noApi = 'This process runs jobs. `hq serve` serves the API.';
const lostUpgrade = 'The WebSocket request arrived without its Upgrade header. The proxy must forward it.';

/** No credentials: a page authenticates with a token that it sends itself, never with a cookie. */
function corsFor(origin: string | null, host: string | null, allowedOrigins: string[]) {
  if (origin === null || !originAllowed({ origin, host: host ?? undefined }, allowedOrigins)) return false;
  return {
    origin,
    credentials: false,
    methods: ['GET', 'POST', 'OPTIONS'],
    allowedHeaders: ['authorization', 'content-type', 'last-event-id'],
    maxAge: 3_600,
  };
}

function say(response: ServerResponse, status: number, text: string): void {
  response.writeHead(status, { 'Content-Type': 'text/plain' }).end(`${text}\n`);
}

function tell(response: ServerResponse, status: number, facts: object): void {
  response.writeHead(status, { 'Content-Type': 'application/json' }).end(`${JSON.stringify(facts)}\n`);
}

/**
 * Closes the connection of a request whose body was refused while it is still arriving, once the client has had time to
 * read why. Destroying the request would leave the connection open but never read from again.
 */
function giveUpBody(request: IncomingMessage, connection: Socket): void {
  request.resume();
  setTimeout(() => {
    if (!request.complete) connection.destroy();
  }, 500).unref();
}

/** Tells the client in this response to send nothing more on the connection. Cutting the connection could lose a request. */
function endConnection(response: ServerResponse): void {
  if (!response.headersSent) response.setHeader('Connection', 'close');
}

const isStream = (response: ServerResponse) =>
  String(response.getHeader('content-type')).startsWith('text/event-stream');

function listen(server: Server, host: string, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      if (error.code !== 'EADDRINUSE') return reject(error);
      reject(
        new PortInUse(`Port ${port} on ${host} is in use. Stop the program that uses it, or choose another port.`),
      );
    });
    server.listen(port, host, () => resolve((server.address() as AddressInfo).port));
  });
}

/** The host as part of a URL that can be opened. */
function urlHost(host: string): string {
  if (host === '0.0.0.0' || host === '::') return 'localhost';
  return host.includes(':') ? `[${host}]` : host;
}
