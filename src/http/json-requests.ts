import type { IncomingMessage, ServerResponse } from 'node:http';
import type { ExecutionResult } from 'graphql';
import { processRegularResult } from 'graphql-yoga';
import type { MaskError } from './masking.ts';
import { prepared, type Sent, type Yoga } from './operation.ts';
import type { Received } from './requests.ts';

/** What is left of a fetch response when nobody reads it as one. */
class PlainResponse {
  constructor(
    readonly body: string,
    readonly init: { status: number; headers: Record<string, string> },
  ) {}
}

/**
 * Answers a query or a mutation that was posted as JSON, which is what almost every request is, without yoga's layer of fetch requests and
 * responses: they take half of the CPU of an empty operation. Answers false, and leaves the response alone, if yoga must say
 * what is wrong with the request, or if it is anything but plain.
 */
export async function answerPlainly<Viewer>(
  { yoga, maskError }: { yoga: Yoga; maskError: MaskError },
  type: string,
  received: Promise<Received<Viewer>>,
  response: ServerResponse,
): Promise<boolean> {
  const gone = new AbortController();
  response.once('close', () => {
    if (!response.writableFinished) gone.abort();
  });
  let execute: () => Promise<ExecutionResult>;
  try {
    const { viewer, body } = await received;
    if (!isSent(body)) return false;
    const operation = await prepared(yoga, { viewer, signal: gone.signal }, body);
    if (operation.kind === 'subscription') return false;
    execute = async () => (await operation.execute(operation.args)) as ExecutionResult;
  } catch {
    return false;
  }
  const result = await execute().catch((error: unknown) => ({ errors: [maskError(error)] }));
  // Status, headers, and text are yoga's.
  const fetchAPI = { Response: PlainResponse } as unknown as Parameters<typeof processRegularResult>[1];
  const { body, init } = processRegularResult(result, fetchAPI, type) as unknown as PlainResponse;
  response.writeHead(init.status, { ...init.headers, 'Content-Length': Buffer.byteLength(body) }).end(body);
  return true;
}

/**
 * The media type in which to answer a request plainly. Undefined if it is anything but JSON over POST that any client but a page of another
 * origin may have sent: yoga negotiates, refuses, and takes care of CORS.
 */
export function plainType({ method, headers }: IncomingMessage): string | undefined {
  if (method !== 'POST' || headers.origin !== undefined || headers['content-encoding'] !== undefined) return undefined;
  const type = headers['content-type'];
  if (type !== JSON_TYPE && !type?.startsWith(`${JSON_TYPE};`)) return undefined;
  const { accept = '*/*' } = headers;
  if (accept === '*/*' || accept === JSON_TYPE) return JSON_TYPE;
  // The types that clients of GraphQL send, in their order of priority (accept.ts).
  const [first, ...others] = accept.split(', ');
  const isKnown = (name: string) => name === '*/*' || name === JSON_TYPE || name === RESPONSE_TYPE;
  if (first === undefined || !isKnown(first) || !others.every(isKnown)) return undefined;
  return first === RESPONSE_TYPE ? RESPONSE_TYPE : JSON_TYPE;
}

const JSON_TYPE = 'application/json';
const RESPONSE_TYPE = 'application/graphql-response+json';

/** Whether a body is an operation and nothing else. */
function isSent(body: unknown): body is Sent {
  if (!isObject(body)) return false;
  const { query, operationName, variables, extensions, ...more } = body;
  return (
    typeof query === 'string' &&
    (operationName === undefined || operationName === null || typeof operationName === 'string') &&
    (variables === undefined || variables === null || isObject(variables)) &&
    (extensions === undefined || extensions === null || isObject(extensions)) &&
    Object.keys(more).length === 0
  );
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
