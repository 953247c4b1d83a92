import type { TypedDocumentNode } from '@graphql-typed-document-node/core';
import { print } from 'graphql';
import { createClient } from 'graphql-ws';
import WebSocket from 'ws';

/** A failure that the server answered as data, or an error that it answered instead of data. */
export class Refused extends Error {
  constructor(
    message: string,
    readonly code?: string,
  ) {
    super(message);
  }
}

export interface Client {
  /** Sends an operation over HTTP. Throws Refused when it answers errors, so a field that is null only then is there. */
  request<Data, Variables extends Record<string, unknown>>(
    document: TypedDocumentNode<Data, Variables>,
    variables: Variables,
  ): Promise<Data>;
  /** Subscribes over WebSocket. */
  subscribe<Data, Variables extends Record<string, unknown>>(
    document: TypedDocumentNode<Data, Variables>,
    variables: Variables,
  ): AsyncIterable<Data> & { stop(): void };
  close(): Promise<void>;
}

const texts = new WeakMap<object, string>();
export const textOf = (document: TypedDocumentNode<unknown, never>): string => {
  const known = texts.get(document) ?? print(document);
  texts.set(document, known);
  return known;
};

/** A GraphQL client of a headquarters: what the commands and the demo are. */
export function clientOf(server: string, token?: string): Client {
  const endpoint = new URL('/graphql', server);
  const authorization: Record<string, string> = token ? { authorization: `Bearer ${token}` } : {};
  const sockets = createClient({
    url: endpoint.href.replace(/^http/, 'ws'),
    webSocketImpl: WebSocket,
    connectionParams: authorization,
    retryAttempts: 10,
  });
  return {
    async request(document, variables) {
      const response = await fetch(endpoint, {
        method: 'POST',
        headers: { 'content-type': 'application/json', ...authorization },
        body: JSON.stringify({ query: textOf(document as never), variables }),
      }).catch((error: unknown) => {
        throw new Refused(
          `There is no headquarters at ${endpoint.origin}. Start one with "npm start", or name it with --url.`,
          String(error),
        );
      });
      const { data, errors } = (await response.json()) as {
        data?: never;
        errors?: { message: string; extensions?: { code?: string } }[];
      };
      if (errors?.[0]) throw new Refused(errors[0].message, errors[0].extensions?.code);
      return data!;
    },
    subscribe(document, variables) {
      const results = sockets.iterate({
        query: textOf(document as never),
        variables: variables as Record<string, unknown>,
      });
      const stream = (async function* () {
        for await (const { data, errors } of results) {
          if (errors?.[0]) throw new Refused(errors[0].message, String(errors[0].extensions?.code));
          yield data as never;
        }
      })();
      return Object.assign(stream, {
        stop() {
          void results.return?.();
        },
      });
    },
    close: async () => {
      await sockets.dispose();
    },
  };
}

/** The object that a mutation answered, or Refused with the failure's sentence. */
export function orRefused<Answer extends { __typename: string }>(answer: Answer): Exclude<Answer, { code: unknown }> {
  const { message, code } = answer as { message?: string; code?: string };
  if (message !== undefined && code !== undefined) throw new Refused(message, code);
  return answer as Exclude<Answer, { code: unknown }>;
}
