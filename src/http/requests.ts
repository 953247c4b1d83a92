import type { IncomingMessage } from 'node:http';
import { GraphQLError } from 'graphql';
import type { GraphQLParams, Plugin } from 'graphql-yoga';
import type { Limits } from './limits.ts';
import type { Asked } from './rules.ts';

/** What has been read of an HTTP request. */
export interface Received<Viewer> {
  viewer: Viewer;
  /** Parsed JSON. */
  body: unknown;
}

/** Reads a request whose body is JSON. Authenticates first, so that nobody else is listened to. */
export async function receive<Viewer>(
  request: IncomingMessage,
  viewerOf: (authorization: string | undefined) => Promise<Viewer>,
  limits: Limits,
): Promise<Received<Viewer>> {
  const viewer = await viewerOf(request.headers.authorization);
  return { viewer, body: await jsonOf(request, limits) };
}

/**
 * Rules for HTTP only. They authenticate before the request is read, and refuse bodies that a foreign page could make a
 * browser send without a preflight request (forms, multipart, plain text).
 */
export function requestRules<Viewer>(
  viewerOf: (authorization: string | undefined) => Promise<Viewer>,
  limits: Limits,
): Plugin<object, Asked<Viewer> & { req?: IncomingMessage; received?: Promise<Received<Viewer>> }> {
  return {
    async onRequestParse({ request, requestParser, setRequestParser, serverContext }) {
      const { req, received } = serverContext;
      if (received !== undefined) {
        const { viewer, body } = await received;
        serverContext.viewer = viewer;
        setRequestParser(() => body as GraphQLParams);
        return;
      }
      serverContext.viewer = await viewerOf(request.headers.get('authorization') ?? undefined);
      if (request.method === 'POST' && !/^application\/json\s*(;|$)/i.test(request.headers.get('content-type') ?? '')) {
        throw badRequest(415, 'Send the operation as JSON: "Content-Type: application/json".');
      }
      // Our clients do not need it, and a small body could expand to a huge one.
      if (!/^(identity)?$/i.test(request.headers.get('content-encoding') ?? '')) {
        throw badRequest(415, 'Send the body uncompressed, without "Content-Encoding".');
      }
      if (requestParser === undefined) return;
      setRequestParser(async (parsed) => {
        if (parsed.method === 'POST') return (await jsonOf(req!, limits)) as GraphQLParams;
        try {
          return await requestParser(parsed);
        } catch (error) {
          throw withoutQuote(error);
        }
      });
    },
    onResponse({ response }) {
      // Only streams have this header, and yoga's allows short-term caching. Setting a header on every response would be slower.
      if (!response.headers.has('Cache-Control')) return;
      response.headers.set('Cache-Control', everywhere['Cache-Control']);
      // nginx would hold events back.
      response.headers.set('X-Accel-Buffering', 'no');
    },
  };
}

/** Headers of every response: browsers must not guess its type, and nobody may cache what could be personal data. */
export const everywhere = { 'X-Content-Type-Options': 'nosniff', 'Cache-Control': 'no-store' };

/** The raw response to something that could not be handled as a request. */
export const bareAnswer = (status: string, text = ''): string =>
  [
    `HTTP/1.1 ${status}`,
    'Connection: close',
    'Content-Type: text/plain',
    `Content-Length: ${Buffer.byteLength(text)}`,
    ...Object.entries(everywhere).map((header) => header.join(': ')),
    '',
    text,
  ].join('\r\n');

/** The status for a request that Node.js could not parse. */
export function statusOf({ code }: NodeJS.ErrnoException): string {
  if (code === 'ERR_HTTP_REQUEST_TIMEOUT') return '408 Request Timeout';
  return code === 'HPE_HEADER_OVERFLOW' ? '431 Request Header Fields Too Large' : '400 Bad Request';
}

async function jsonOf(request: IncomingMessage, { requestBody }: Limits): Promise<unknown> {
  const text = await bodyOf(request, requestBody);
  try {
    return JSON.parse(text);
  } catch (error) {
    throw withoutQuote(error);
  }
}

/** The message of a SyntaxError quotes the request. */
const withoutQuote = (error: unknown) =>
  error instanceof SyntaxError ? badRequest(400, 'The request is not valid JSON.') : error;

/** The body of a request as text. Yoga would pipe it through streams, which takes a tenth of the time of a typical request. */
const bodyOf = (request: IncomingMessage, most: number) =>
  new Promise<string>((resolve, reject) => {
    const parts: Buffer[] = [];
    let left = most;
    const tooLarge = () => reject(badRequest(413, 'Request body too large', 'REQUEST_ENTITY_TOO_LARGE'));
    const cut = () => reject(badRequest(400, 'The request body ended early.'));
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

/** The path of a request. It may be anything, and `new URL` throws for some paths. */
export const pathOf = (request: IncomingMessage): string => request.url?.split('?', 1)[0] ?? '/';

/** Removes the prefix of the public path, which a proxy may forward or not. */
export function removePrefix(request: IncomingMessage, prefix: string): void {
  if (request.url === prefix || request.url?.startsWith(`${prefix}/`))
    request.url = request.url.slice(prefix.length) || '/';
}

const badRequest = (status: number, message: string, code = 'BAD_REQUEST') =>
  new GraphQLError(message, { extensions: { code, http: { status } } });
