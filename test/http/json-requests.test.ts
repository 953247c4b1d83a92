import type { IncomingMessage } from 'node:http';
import { connect } from 'node:net';
import { expect, test } from 'vitest';
import { plainType } from '../../src/http/json-requests.ts';
import { startServer, type TestServer, ways } from './support.ts';

/** Everything that comes back over a connection of its own, without what differs each time. */
function answered(
  { port }: TestServer,
  body: string,
  headers: Record<string, string> = {},
  method = 'POST /graphql',
): Promise<string> {
  const all = {
    Host: `127.0.0.1:${port}`,
    Connection: 'close',
    Authorization: 'Bearer ada',
    'Content-Type': 'application/json',
    'Content-Length': String(Buffer.byteLength(body)),
    ...headers,
  };
  const head = Object.entries(all).map((header) => header.join(': '));
  const socket = connect(port, '127.0.0.1');
  const parts: Buffer[] = [];
  socket.on('data', (part) => parts.push(part));
  socket.on('error', () => {});
  socket.write([`${method} HTTP/1.1`, ...head, '', body].join('\r\n'));
  return new Promise((resolve) => {
    socket.on('close', () => resolve(normal(Buffer.concat(parts).toString())));
  });
}

/** The order of headers means nothing, nor does the case of their names. */
function normal(answer: string): string {
  const [head = '', ...body] = answer.split('\r\n\r\n');
  const [status, ...headers] = head.split('\r\n');
  const known = headers.map((line) => line.replace(/^[^:]+/, (name) => name.toLowerCase()));
  const lasting = known.filter((line) => !line.startsWith('date:')).toSorted();
  return [status, ...lasting, '', body.join('\r\n\r\n').replace(/"reference":"\w+"/, '"reference":""')].join('\n');
}

const asked = (query: unknown, more: object = {}) => JSON.stringify({ query, ...more });
const rows = 'subscription { rows(channel: "dallas") { cursor } }';

test.each<[string, string, Record<string, string>?]>([
  ['an operation', asked('{ hello }')],
  ['a mutation', asked('mutation { change }')],
  ['variables', asked('query ($t: Int) { hello(times: $t) }', { variables: { t: 1 } })],
  ['variables that are null', asked('{ hello }', { variables: null, operationName: null, extensions: null })],
  ['extensions', asked('{ hello }', { extensions: { persistedQuery: { version: 1 } } })],
  ['text beyond ASCII', asked('query ($t: Int) { a: hello #Ünïcödé 🎉\n }')],
  ['one operation of several', asked('query A { hello } query B { text(length: 3) }', { operationName: 'B' })],
  ['no operation of several', asked('query A { hello } query B { hello }')],
  ['an operation that is not there', asked('query A { hello }', { operationName: 'B' })],
  ['an empty document', asked('')],
  ['a document that is only a fragment', asked('fragment a on Query { hello }')],
  ['a syntax error', asked('{')],
  ['an unknown field', asked('{ helo }')],
  ['an invalid variable', asked('query ($t: Int) { hello(times: $t) }', { variables: { t: 'x' } })],
  ['a missing variable', asked('query ($t: Int!) { hello(times: $t) }')],
  ['a failure', asked('{ refused }')],
  ['a bug', asked('{ bug }')],
  ['a bug and a value', asked('{ bug hello }')],
  ['a response that is too large', asked('{ text(length: 11000000) }')],
  ['a document that is too deep', asked(`${'{ nest '.repeat(13)} { name } ${'}'.repeat(13)}`)],
  ['too many tokens', asked('{a'.repeat(10_000))],
  ['a document that is too long', asked(`{ hello } #${'x'.repeat(60_000)}`)],
  ['a subscription that cannot begin', asked(rows)],
  ['the word subscription', asked('{ hello } # subscription')],
  ['a subscription for JSON', asked(rows.replace('dallas', 'houston')), { Accept: 'application/json' }],
  ['no JSON', '{"query":"{ hello }"'],
  ['nothing', ''],
  ['JSON that is null', 'null'],
  ['JSON that is a text', '"{ hello }"'],
  ['a list', '[]'],
  ['several operations', `[${asked('{ hello }')}]`],
  ['no query', '{}'],
  ['a query that is null', asked(null)],
  ['a query that is a number', asked(1)],
  ['a query that is a list', asked(['{ hello }'])],
  ['variables that are a list', asked('{ hello }', { variables: [] })],
  ['variables that are a text', asked('{ hello }', { variables: '{}' })],
  ['an operation name that is a number', asked('{ hello }', { operationName: 1 })],
  ['extensions that are a list', asked('{ hello }', { extensions: [] })],
  ['another parameter', asked('{ hello }', { id: 1 })],
  ['another parameter that is null', asked('{ hello }', { id: null })],
  ['a prototype', `{"query":"{ hello }","__proto__":{"variables":[]}}`],
  [
    'variables with a prototype',
    `{"query":"query ($t: Int) { hello(times: $t) }","variables":{"__proto__":{"t":"x"}}}`,
  ],
  ['a body of a megabyte', asked('{ hello }', { extensions: { x: 'x'.repeat(1_000_000) } })],
  ['no token', asked('{ hello }'), { Authorization: '' }],
  ['no token, and no JSON', '{', { Authorization: '' }],
  ['a token that cannot be looked up', asked('{ hello }'), { Authorization: 'Bearer broken' }],
  ['the type of its errors', asked('{ refused }'), { Accept: 'application/graphql-response+json' }],
  ['a syntax error, in that type', asked('{'), { Accept: 'application/graphql-response+json' }],
  ['a bug, in that type', asked('query ($t: Int!) { bug }'), { Accept: 'application/graphql-response+json' }],
  ['several types', asked('{'), { Accept: 'application/graphql-response+json, application/json;q=0.9, */*;q=0.1' }],
  ['several types, the other way around', asked('{'), { Accept: 'application/graphql-response+json;q=0.2, */*' }],
  ['any type of application', asked('{'), { Accept: 'application/*' }],
  ['a type that is not there', asked('{ hello }'), { Accept: 'text/plain' }],
  ['no type', asked('{ hello }'), { Accept: '' }],
  ['a charset', asked('{ hello }'), { Accept: 'application/json; charset=utf-8' }],
  ['another charset', asked('{ hello }'), { Accept: 'application/json; charset=utf-16' }],
  ['a type with a charset', asked('{ hello }'), { 'Content-Type': 'application/json; charset=utf-8' }],
  ['a type in capitals', asked('{ hello }'), { 'Content-Type': 'Application/JSON' }],
  ['a form', 'query={hello}', { 'Content-Type': 'application/x-www-form-urlencoded' }],
  ['plain text', asked('{ hello }'), { 'Content-Type': 'text/plain' }],
  ['no content type', asked('{ hello }'), { 'Content-Type': '' }],
  ['something like JSON', asked('{ hello }'), { 'Content-Type': 'application/jsonp' }],
  ['a page that may call', asked('{ hello }'), { Origin: 'https://till.example' }],
  ['a page that may not call', asked('mutation { change }'), { Origin: 'https://evil.example' }],
  ['a page without an address', asked('{ hello }'), { Origin: 'null' }],
])('%s is answered alike, byte for byte, whichever way it goes', async (_, body, headers = {}) => {
  const server = await startServer();
  const answers: string[] = [];
  for (const { header } of ways) {
    // Thrice each, because documents are cached.
    for (let times = 0; times < 3; times++) answers.push(await answered(server, body, { ...headers, ...header }));
  }
  expect(answers[0]).toMatch(/^HTTP\/1\.1 \d{3} /);
  expect(new Set(answers).size).toBe(1);
});

/** A request with these headers, as far as `plainType` looks at it. */
const requestWith = (headers: Record<string, string>, method = 'POST') =>
  ({ method, headers: { 'content-type': 'application/json', ...headers } }) as unknown as IncomingMessage;

test('what tills, servers, and libraries send is answered plainly', () => {
  const json = 'application/json';
  const response = 'application/graphql-response+json';
  expect(plainType(requestWith({}))).toBe(json);
  expect(plainType(requestWith({ accept: '*/*' }))).toBe(json);
  expect(plainType(requestWith({ accept: json, 'content-type': 'application/json; charset=utf-8' }))).toBe(json);
  expect(plainType(requestWith({ accept: `${response}, ${json}` }))).toBe(response);
  expect(plainType(requestWith({ accept: `${json}, ${response}` }))).toBe(json);
});

test.each([
  ['a page of any origin', { origin: 'https://till.example' }],
  ['a body in an encoding', { 'content-encoding': 'identity' }],
  ['a form', { 'content-type': 'application/x-www-form-urlencoded' }],
  ['a list of types', { 'content-type': 'text/plain, application/json' }],
  ['a stream', { accept: 'text/event-stream' }],
  ['JSON or a stream', { accept: 'application/json, text/event-stream' }],
])('%s is left to yoga', (_, headers) => {
  expect(plainType(requestWith(headers as Record<string, string>))).toBeUndefined();
});

test('no method but POST is answered plainly', () => {
  for (const method of ['GET', 'HEAD', 'PUT', 'OPTIONS', 'QUERY'])
    expect(plainType(requestWith({}, method))).toBeUndefined();
});

test('a viewer is looked up once for a request, even for one that is refused', async () => {
  let times = 0;
  const viewerOf = async () => {
    times++;
    return { name: 'ada' };
  };
  const server = await startServer({ viewerOf });
  for (const body of [asked('{ hello }'), asked('{ helo }'), '{']) {
    times = 0;
    await answered(server, body);
    expect(times).toBe(1);
  }
});

test('a mutation is done once, whatever becomes of its response', async () => {
  const server = await startServer();
  for (const query of ['mutation { change }', 'mutation { change: change }', `mutation { a: change b: change }`]) {
    server.world.executions = 0;
    await answered(server, asked(query));
    expect(server.world.executions).toBe(query.includes('b:') ? 2 : 1);
  }
});
