import type { IncomingMessage } from 'node:http';
import { GraphQLError } from 'graphql';
import type { Plugin } from 'graphql-yoga';
import type { Asked } from './rules.ts';

/**
 * What only HTTP needs: who asks, before anything of the request is read, and no body that a foreign page could make
 * a browser send without asking (forms, multipart, plain text).
 */
export function requestRules<Viewer>(
  viewerOf: (authorization: string | undefined) => Promise<Viewer>,
): Plugin<object, Asked<Viewer>> {
  return {
    async onRequestParse({ request, requestParser, setRequestParser, serverContext }) {
      serverContext.viewer = await viewerOf(request.headers.get('authorization') ?? undefined);
      if (request.method === 'POST' && !/^application\/json\s*(;|$)/i.test(request.headers.get('content-type') ?? '')) {
        throw badRequest(415, 'Send the operation as JSON: "Content-Type: application/json".');
      }
      if (requestParser === undefined) return;
      setRequestParser(async (parsed) => {
        try {
          return await requestParser(parsed);
        } catch (error) {
          throw isInvalidJson(error) ? badRequest(400, 'The request is not valid JSON.') : error;
        }
      });
    },
  };
}

/** What yoga says of it quotes the body, and is answered with 200 to some clients. */
const isInvalidJson = (error: unknown) =>
  error instanceof SyntaxError || (error instanceof GraphQLError && error.extensions.originalError !== undefined);

/** The path of a request, whatever a client wrote there; `new URL` throws for some of it. */
export const pathOf = (request: IncomingMessage): string => request.url?.split('?', 1)[0] ?? '/';

const badRequest = (status: number, message: string) =>
  new GraphQLError(message, { extensions: { code: 'BAD_REQUEST', http: { status } } });
