import { Readable } from 'node:stream';
import type { ReadableStream } from 'node:stream/web';
import { setTimeout as delay } from 'node:timers/promises';
import type { TypedDocumentNode } from '@graphql-typed-document-node/core';
import { print } from 'graphql';
import { createClient } from 'graphql-ws';
import WebSocket from 'ws';

/** A failure the server returned as data, or an error it returned instead of data. */
export class Refused extends Error {
  constructor(
    message: string,
    readonly code?: string,
  ) {
    super(message);
  }
}

/** No server, or something other than headquarters, answers at this address. */
export class Unreachable extends Error {
  constructor(address: string, options?: ErrorOptions) {
    super(
      `There is no headquarters at ${address}. Start one with "hq serve", or specify its address with --url.`,
      options,
    );
  }
}

export interface Client {
  /** Sends an operation over HTTP. Throws Refused when it returns errors, so a field that is null only on errors is present. */
  request<Data, Variables extends Record<string, unknown>>(
    document: TypedDocumentNode<Data, Variables>,
    variables: NoInfer<Variables>,
  ): Promise<Data>;
  /** Posts JSON Lines to a path of the server; returns its JSON. Throws Refused with the failure that it answers instead. */
  send(path: string, lines: string): Promise<unknown>;
  /** Reads what a path of the server answers, piece by piece. Throws Refused with the failure that it answers instead. */
  receive(path: string): AsyncIterable<Uint8Array>;
  /** Subscribes over WebSocket. */
  subscribe<Data, Variables extends Record<string, unknown>>(
    document: TypedDocumentNode<Data, Variables>,
    variables: NoInfer<Variables>,
  ): AsyncIterable<Data> & { stop(): void };
  /** Listens to the connection of the subscriptions, which is made again after a loss. */
  onConnection(listener: (connected: boolean) => void): void;
  close(): Promise<void>;
}

const texts = new WeakMap<object, string>();
export const textOf = (document: TypedDocumentNode<unknown, never>): string => {
  const known = texts.get(document) ?? print(document);
  texts.set(document, known);
  return known;
};

interface Page<Node> {
  edges: { node: Node }[];
  pageInfo: { hasNextPage: boolean; endCursor?: string | null };
}

/** Reads the nodes of a list page by page: all of them, or the first `limit`. */
export async function everyNode<Node, Data, Variables extends { first: number; after?: string | null }>(
  client: Client,
  document: TypedDocumentNode<Data, Variables>,
  filter: Omit<Variables, 'first' | 'after'>,
  list: (data: Data) => Page<Node> | null | undefined,
  limit = Number.POSITIVE_INFINITY,
): Promise<Node[]> {
  const found: Node[] = [];
  let after: string | null | undefined = null;
  do {
    const { edges, pageInfo }: Page<Node> = list(
      await client.request(document, {
        ...filter,
        first: Math.min(100, limit - found.length),
        after,
      } as never as Variables),
    )!;
    for (const { node } of edges) found.push(node);
    after = pageInfo.hasNextPage ? pageInfo.endCursor : null;
  } while (after && found.length < limit);
  return found;
}

/** Attempts to connect again after a loss, and the ms between two of them at most: they go on for a minute. */
const RETRIES = 15;
const LONGEST_WAIT = 5_000;
/** The code of a connection that broke. */
const NO_CLOSING_FRAME = 1006;

/** A GraphQL client of headquarters, which the commands and the demo share. Its subscriptions may have another address. */
export function clientOf(server: string, token?: string, socketServer = server): Client {
  const endpoint = endpointOf(server);
  const authorization: Record<string, string> = token ? { authorization: `Bearer ${token}` } : {};
  const sockets = createClient({
    url: endpointOf(socketServer).href.replace(/^http/, 'ws'),
    webSocketImpl: WebSocket,
    connectionParams: authorization,
    retryAttempts: RETRIES,
    // A server that restarts refuses connections for a moment.
    shouldRetry: () => true,
    retryWait: (retries) => delay(Math.min(LONGEST_WAIT, 250 * 2 ** retries)),
  });
  const fetched = (url: URL, { headers, ...request }: RequestInit & { headers?: Record<string, string> }) =>
    fetch(url, { ...request, headers: { ...headers, ...authorization } }).catch((error: unknown) => {
      throw new Unreachable(server, { cause: error });
    });
  const answered = async (path: string, request: Parameters<typeof fetched>[1]) => {
    const response = await fetched(urlOf(server, path), request);
    if (response.ok) return response;
    const failure = (await response.json().catch(() => ({}))) as Partial<Failure>;
    if (failure.errorCode === undefined) throw new Unreachable(server);
    throw new Refused(reasonsOf(failure as Failure), failure.errorCode);
  };
  return {
    async request(document, variables) {
      const response = await fetched(endpoint, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ query: textOf(document as never), variables }),
      });
      const { data, errors } = await resultFrom(response).catch((error: unknown) => {
        throw new Unreachable(server, { cause: error });
      });
      if (errors?.[0]) throw refusedBy(errors);
      return data as never;
    },
    async send(path, lines) {
      const headers = { 'content-type': 'application/jsonl' };
      return (await answered(path, { method: 'POST', headers, body: lines })).json();
    },
    async *receive(path) {
      const { body } = await answered(path, {});
      if (body) yield* Readable.fromWeb(body as ReadableStream);
    },
    subscribe(document, variables) {
      const results = sockets.iterate({
        query: textOf(document as never),
        variables: variables as Record<string, unknown>,
      });
      const stream = (async function* () {
        try {
          for await (const { data, errors } of results) {
            if (errors?.[0]) throw refusedBy(errors);
            yield data as never;
          }
        } catch (error) {
          if (error instanceof Error) throw error;
          // graphql-ws throws what the server sent instead of results, or the event of a socket that closed or never opened.
          if (Array.isArray(error)) throw refusedBy(error);
          const { code, reason } = error as { code?: number; reason?: string };
          if (code === undefined || code === NO_CLOSING_FRAME) throw new Unreachable(socketServer);
          throw new Refused(`The server closed the connection: ${reason || code}.`);
        }
      })();
      return Object.assign(stream, {
        stop() {
          void results.return?.();
        },
      });
    },
    onConnection(listener) {
      sockets.on('connected', () => listener(true));
      sockets.on('closed', () => listener(false));
    },
    close: async () => {
      await sockets.dispose();
    },
  };
}

const urlOf = (server: string, path: string) => new URL(path, `${server.replace(/\/$/, '')}/`);
const endpointOf = (server: string) => urlOf(server, 'graphql');

interface Result {
  data?: unknown;
  errors?: readonly { message: string; extensions?: { code?: unknown } }[];
}

/** Throws if the response is not one of a GraphQL server. */
async function resultFrom(response: Response): Promise<Result> {
  const result = (await response.json()) as Result | null;
  if (!result || !('data' in result || 'errors' in result)) throw new Error(`Unexpected response: ${response.status}`);
  return result;
}

/** One error for all that the server returned: a variable may break several rules. */
const refusedBy = (errors: NonNullable<Result['errors']>): Refused => {
  const code = errors[0]?.extensions?.code;
  return new Refused(errors.map(({ message }) => message).join('\n'), code === undefined ? undefined : String(code));
};

interface Failure {
  errorCode: string;
  message: string;
  violations?: readonly { path: readonly string[]; message: string }[];
}

/** Every violation of the input, or else the message. */
const reasonsOf = ({ violations, message }: Failure): string =>
  violations?.map(({ path, message }) => [path.join('.'), message].filter(Boolean).join(': ')).join('\n') ?? message;

const isFailure = (result: object): result is Failure => 'errorCode' in result && 'message' in result;

/** Returns the object a mutation returned. Throws Refused with the failure's message, or with every violation of the input. */
export function orRefused<Result extends { __typename: string }>(
  result: Result | null,
): Exclude<Result, { errorCode: unknown }> {
  if (result === null) throw new Refused('The server returned no result.');
  if (isFailure(result)) throw new Refused(reasonsOf(result), result.errorCode);
  return result as Exclude<Result, { errorCode: unknown }>;
}
