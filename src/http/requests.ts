import type { IncomingMessage } from 'node:http';
import { GraphQLError } from 'graphql';
import type { Plugin } from 'graphql-yoga';
import type { Limits } from './limits.ts';
import type { Asked } from './rules.ts';

/**
 * What only HTTP needs: who asks, before anything of the request is read, and no body that a foreign page could make
 * a browser send without asking (forms, multipart, plain text).
 */
export function requestRules<Viewer>(
  viewerOf: (authorization: string | undefined) => Promise<Viewer>,
  limits: Limits,
): Plugin<object, Asked<Viewer> & { req?: IncomingMessage }> {
  return {
    async onRequestParse({ request, requestParser, setRequestParser, serverContext }) {
      serverContext.viewer = await viewerOf(request.headers.get('authorization') ?? undefined);
      if (request.method === 'POST' && !/^application\/json\s*(;|$)/i.test(request.headers.get('content-type') ?? '')) {
        throw badRequest(415, 'Send the operation as JSON: "Content-Type: application/json".');
      }
      // Nothing of ours needs it, and a small body could become a large one.
      if (!/^(identity)?$/i.test(request.headers.get('content-encoding') ?? '')) {
        throw badRequest(415, 'Send the body as it is, without "Content-Encoding".');
      }
      if (requestParser === undefined) return;
      const { req } = serverContext;
      setRequestParser(async (parsed) => {
        try {
          return parsed.method === 'POST'
            ? JSON.parse(await bodyOf(req!, limits.requestBody))
            : await requestParser(parsed);
        } catch (error) {
          // What it says quotes the request.
          throw error instanceof SyntaxError ? badRequest(400, 'The request is not valid JSON.') : error;
        }
      });
    },
    onResponse({ response }) {
      // Yoga lets streams be kept for a moment. Headers that are set cost more to send than those it begins with.
      if (response.headers.has('Cache-Control')) response.headers.set('Cache-Control', everywhere['Cache-Control']);
    },
  };
}

/** Headers of every response: no browser guesses its type, and nobody keeps what may be personal data. */
export const everywhere = { 'X-Content-Type-Options': 'nosniff', 'Cache-Control': 'no-store' };

/** A response to what never became a request, as it goes over the connection. */
export const bareAnswer = (status: string): string =>
  [
    `HTTP/1.1 ${status}`,
    'Connection: close',
    'Content-Length: 0',
    ...Object.entries(everywhere).map((header) => header.join(': ')),
    '',
    '',
  ].join('\r\n');

/** The status for what Node could not read as a request. */
export function statusOf({ code }: NodeJS.ErrnoException): string {
  if (code === 'ERR_HTTP_REQUEST_TIMEOUT') return '408 Request Timeout';
  return code === 'HPE_HEADER_OVERFLOW' ? '431 Request Header Fields Too Large' : '400 Bad Request';
}

/** The body of a request as text. Yoga pipes it through streams instead, which costs a tenth of a usual request. */
const bodyOf = (request: IncomingMessage, most: number) =>
  new Promise<string>((resolve, reject) => {
    const parts: Buffer[] = [];
    let left = most;
    const tooLarge = () => reject(badRequest(413, 'Request body too large', 'REQUEST_ENTITY_TOO_LARGE'));
    const cut = () => reject(badRequest(400, 'The request ended early.'));
    if (request.destroyed) return cut();
    if (Number(request.headers['content-length']) > most) return tooLarge();
    request.on('data', (part: Buffer) => {
      left -= part.length;
      if (left >= 0) parts.push(part);
      else tooLarge();
    });
    request.once('end', () => resolve(Buffer.concat(parts).toString()));
    request.once('error', cut);
  });

/** The path of a request, whatever a client wrote there; `new URL` throws for some of it. */
export const pathOf = (request: IncomingMessage): string => request.url?.split('?', 1)[0] ?? '/';

const badRequest = (status: number, message: string, code = 'BAD_REQUEST') =>
  new GraphQLError(message, { extensions: { code, http: { status } } });
