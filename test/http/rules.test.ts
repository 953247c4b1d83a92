import { GraphQLError, getIntrospectionQuery } from 'graphql';
import pino from 'pino';
import { describe, expect, test } from 'vitest';
import { sortAccept } from '../../src/http/accept.ts';
import { errorMask, formatError } from '../../src/http/masking.ts';
import { ask, openSocket, startServer, type TestServer, ways } from './support.ts';

/** The same rules hold however an operation arrives: what each transport answers, in one shape. */
const transports = [
  ...ways.map(({ way, header }) => ({
    transport: `HTTP, ${way}`,
    answer: async (server: TestServer, query: string, variables?: unknown) =>
      query.startsWith('subscription')
        ? firstEvent(server, query)
        : (await ask(server, query, { variables, headers: header })).body,
  })),
  {
    transport: 'WebSocket',
    answer: async (server: TestServer, query: string, variables?: unknown) => {
      const socket = await openSocket(server);
      socket.subscribe('1', query, variables);
      const { type, payload } = await socket.next();
      return type === 'error' ? { errors: payload } : payload;
    },
  },
];

/** The first event of a stream of server-sent events. */
async function firstEvent({ endpoint }: TestServer, query: string) {
  const response = await fetch(`${endpoint}?query=${encodeURIComponent(query)}`, {
    headers: { accept: 'text/event-stream', authorization: 'Bearer ada' },
  });
  const reader = response.body!.pipeThrough(new TextDecoderStream()).getReader();
  let text = '';
  while (!/^data: .+\n/m.test(text)) text += (await reader.read()).value;
  await reader.cancel();
  return JSON.parse(/^data: (.+)\n/m.exec(text)![1]!);
}

describe.each(transports)('over $transport', ({ answer }) => {
  test('an operation is answered with the viewer it was asked by', async () => {
    expect(await answer(await startServer(), '{ hello }')).toEqual({ data: { hello: 'hello ada' } });
  });

  test('a failure that a client can act on arrives with its code and path', async () => {
    const { data, errors } = await answer(await startServer(), '{ refused }');
    expect(data).toEqual({ refused: null });
    expect(errors).toEqual([
      expect.objectContaining({
        message: 'input.name: must not be empty',
        extensions: {
          code: 'INVALID_INPUT',
          path: ['input', 'name'],
          violations: [{ path: ['input', 'name'], message: 'must not be empty', rule: 'CONSISTENCY' }],
        },
      }),
    ]);
  });

  test('a bug reaches the client as a reference, and the log once with its cause and no data', async () => {
    const server = await startServer();
    const { errors } = await answer(server, '{ bug }');

    expect(errors).toEqual([
      expect.objectContaining({
        message: 'Unexpected error.',
        path: ['bug'],
        extensions: { code: 'INTERNAL', reference: expect.stringMatching(/^[0-9a-f]{8}$/) },
      }),
    ]);
    expect(server.log).toHaveLength(1);
    expect(server.log[0]).toMatchObject({
      level: 50,
      reference: errors[0].extensions.reference,
      err: { type: 'Error', stack: expect.arrayContaining([expect.stringContaining('support.ts')]) },
    });
    expect(JSON.stringify(server.log)).not.toContain('ada@example.com');
  });

  test.each([
    ['{', 'GRAPHQL_PARSE_FAILED'],
    ['{ helo }', 'GRAPHQL_VALIDATION_FAILED'],
    ['query($times: Int!) { hello(times: $times) }', 'BAD_USER_INPUT'],
    ['query One { hello } query Two { hello }', 'OPERATION_RESOLUTION_FAILURE'],
  ])('%s is the fault of the client: %s', async (query, code) => {
    const server = await startServer();
    const { data, errors } = await answer(server, query);
    expect(data).toBeUndefined();
    expect(errors[0].extensions).toEqual({ code });
    expect(server.log).toEqual([]);
  });

  test('trap 16: documents of ten thousand nested braces or brackets are refused and break nothing', async () => {
    const server = await startServer();
    for (const document of ['{a'.repeat(10_000), `{a(b: ${'['.repeat(10_000)}`]) {
      const { errors } = await answer(server, document);
      expect(errors[0].message).toMatch(/more than 1500 tokens|more that 1500 tokens/);
      expect(errors[0].extensions).toEqual({ code: 'GRAPHQL_PARSE_FAILED' });
    }
    expect(server.log).toEqual([]);
  });

  test('a document is refused by its length before it is read', async () => {
    const { errors } = await answer(await startServer(), `{ hello } #${'x'.repeat(60_000)}`);
    expect(errors[0]).toMatchObject({ extensions: { code: 'GRAPHQL_PARSE_FAILED' } });
  });

  test('a document nests at most twelve levels deep, fragments included', async () => {
    const server = await startServer();
    const deep = (levels: number) => `${'{ nest '.repeat(levels - 1)} { name } ${'}'.repeat(levels - 1)}`;
    expect((await answer(server, deep(12))).errors).toBeUndefined();
    expect((await answer(server, deep(13))).errors[0].extensions).toEqual({ code: 'GRAPHQL_VALIDATION_FAILED' });

    const inFragments = `{ nest { ...a } } fragment a on Nest ${deep(6)} fragment b on Nest ${deep(7)}`;
    expect((await answer(server, inFragments.replace('name', '...b'))).errors[0].message).toMatch(/12 levels/);
    expect((await answer(server, '{ nest { ...a } } fragment a on Nest { nest { ...a } }')).errors[0].message).toMatch(
      /within itself/,
    );
  });

  test('an answer of more than ten megabytes is not sent, one of less is', async () => {
    const server = await startServer();
    const { data, errors } = await answer(server, '{ a: text(length: 6000000) b: text(length: 6000000) }');
    expect(data).toBeUndefined();
    expect(errors).toEqual([expect.objectContaining({ extensions: { code: 'RESPONSE_TOO_LARGE' } })]);
    expect((await answer(server, '{ text(length: 9000000) }')).data.text).toHaveLength(9_000_000);
    expect(server.log).toEqual([]);
  });

  test('an event of more than ten megabytes is an error instead', async () => {
    const server = await startServer();
    server.world.append('houston', 'x'.repeat(11_000_000));
    for (const field of ['rows', 'plainRows']) {
      const { errors } = await answer(server, `subscription { ${field}(channel: "houston") { values } }`);
      expect(errors).toEqual([expect.objectContaining({ extensions: { code: 'RESPONSE_TOO_LARGE' } })]);
    }
  });

  test("GraphiQL's introspection passes the limits", async () => {
    const query = getIntrospectionQuery({
      schemaDescription: true,
      specifiedByUrl: true,
      directiveIsRepeatable: true,
      inputValueDeprecation: true,
    });
    expect((await answer(await startServer(), query)).data.__schema.queryType.name).toBe('Query');
  });

  test('resolvers see the context of their operation and nothing of the transport', async () => {
    const { data } = await answer(await startServer(), '{ contextKeys }');
    expect(data.contextKeys).toEqual(['viewer', 'world']);
  });
});

test('trap 13: no rule is passed by through a WebSocket that holds for requests', async () => {
  const server = await startServer({ limits: { documentTokens: 4, documentDepth: 1, documentLength: 30 } });
  const queries = [
    '{ a: hello b: hello }',
    '{ nest { name } }',
    `{ hello } #${'x'.repeat(30)}`,
    '{ hello }',
    '{ bug }',
  ];
  for (const query of queries) {
    const [plain, full, socket] = await Promise.all(transports.map(({ answer }) => answer(server, query)));
    const withoutReference = (value: unknown) =>
      JSON.parse(JSON.stringify(value).replace(/"reference":"\w+"/, '"reference":""'));
    expect(withoutReference(socket)).toEqual(withoutReference(plain));
    expect(withoutReference(full)).toEqual(withoutReference(plain));
  }
});

test('a request without a valid token is answered with 401 before anything of it is read', async () => {
  const { endpoint, log } = await startServer();
  const response = await fetch(endpoint, {
    method: 'POST',
    body: 'no JSON',
    headers: { 'content-type': 'application/json' },
  });

  expect(response.status).toBe(401);
  expect(response.headers.get('www-authenticate')).toBe('Bearer');
  expect((await response.json()).errors).toEqual([
    { message: expect.stringContaining('Send a valid token'), extensions: { code: 'UNAUTHENTICATED' } },
  ]);
  expect(log).toEqual([]);
});

test('a viewer that cannot be looked up is a bug, not a wrong token', async () => {
  const server = await startServer();
  const { status, body } = await ask(server, '{ hello }', { headers: { authorization: 'Bearer broken' } });
  expect(status).toBe(500);
  expect(body.errors[0].extensions.code).toBe('INTERNAL');
  expect(server.log).toHaveLength(1);
});

test('trap 17: a page from elsewhere gets no permission, and none gets credentials', async () => {
  const server = await startServer();
  const permission = async (origin: string, method = 'POST') => {
    const { headers } =
      method === 'POST'
        ? await ask(server, '{ hello }', { headers: { origin } })
        : await fetch(server.endpoint, { method, headers: { origin } });
    expect(headers.get('access-control-allow-credentials')).toBeNull();
    expect(headers.get('vary')).toMatch(/Origin/);
    return headers.get('access-control-allow-origin');
  };

  expect(await permission('https://elsewhere.example')).toBeNull();
  expect(await permission('https://elsewhere.example', 'OPTIONS')).toBeNull();
  expect(await permission('https://till.example.evil.example')).toBeNull();
  expect(await permission('null')).toBeNull();
  expect(await permission('https://till.example')).toBe('https://till.example');
  expect(await permission('https://till.example', 'OPTIONS')).toBe('https://till.example');
  expect(await permission(server.url)).toBe(server.url);
});

test.each([
  ['application/x-www-form-urlencoded', `query=${encodeURIComponent('mutation { change }')}`],
  ['text/plain', JSON.stringify({ query: 'mutation { change }' })],
  [
    'multipart/form-data; boundary=x',
    '--x\r\nContent-Disposition: form-data; name="operations"\r\n\r\n{"query":"mutation { change }"}\r\n--x\r\nContent-Disposition: form-data; name="map"\r\n\r\n{}\r\n--x--',
  ],
])('trap 17: %s, which a foreign form could send, is refused', async (contentType, body) => {
  const { endpoint } = await startServer();
  const response = await fetch(endpoint, {
    method: 'POST',
    headers: { 'content-type': contentType, authorization: 'Bearer ada' },
    body,
  });
  expect(response.status).toBe(415);
  expect((await response.json()).errors[0].extensions).toEqual({ code: 'BAD_REQUEST' });
});

test('trap 17: an invalid body is not echoed', async () => {
  const { endpoint, log } = await startServer();
  const headers = { 'content-type': 'application/json', authorization: 'Bearer ada' };
  const post = await fetch(endpoint, { method: 'POST', headers, body: '{"query": secret' });
  const get = await fetch(`${endpoint}?query={hello}&variables={secret`, { headers });

  for (const response of [post, get]) {
    expect(response.status).toBe(400);
    const text = await response.text();
    expect(text).not.toContain('secret');
    expect(JSON.parse(text).errors[0].extensions).toEqual({ code: 'BAD_REQUEST' });
  }
  expect(log).toEqual([]);
});

test('trap 17: an error that a library made keeps its code and nothing else that is in it', () => {
  const maskError = errorMask(pino({ enabled: false }));
  const error = new GraphQLError('Bad.', {
    extensions: { code: 'BAD', originalError: { message: 'secret' }, stacktrace: [] },
  });
  expect(formatError(maskError(error))).toEqual({ message: 'Bad.', extensions: { code: 'BAD' } });
});

test('a mutation is not done by GET, and several operations are not taken at once', async () => {
  const server = await startServer();
  const get = await fetch(`${server.endpoint}?query=${encodeURIComponent('mutation { change }')}`, {
    headers: { authorization: 'Bearer ada' },
  });
  expect(get.status).toBe(405);
  const batch = await fetch(server.endpoint, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: 'Bearer ada' },
    body: JSON.stringify([{ query: '{ hello }' }, { query: '{ hello }' }]),
  });
  expect(batch.status).toBe(400);
});

test.each(['declared', 'streamed'])('a body of more than a megabyte is refused, %s', async (how) => {
  const { endpoint } = await startServer();
  const body = JSON.stringify({ query: '{ hello }', variables: { x: 'x'.repeat(1_100_000) } });
  const response = await fetch(endpoint, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: 'Bearer ada' },
    ...(how === 'declared' ? { body } : { body: new Blob([body]).stream(), duplex: 'half' as const }),
  });
  expect(response.status).toBe(413);
  expect((await response.json()).errors[0].extensions).toEqual({ code: 'REQUEST_ENTITY_TOO_LARGE' });
});

test('trap 19: the media type that the client wants most is sent', async () => {
  const server = await startServer();
  const typeFor = async (accept: string) =>
    (await ask(server, '{ hello }', { headers: { accept } })).headers.get('content-type')?.split(';')[0];

  expect(await typeFor('application/json;q=0.5, application/graphql-response+json')).toBe(
    'application/graphql-response+json',
  );
  expect(await typeFor('application/graphql-response+json;q=0.5, application/json')).toBe('application/json');
  expect(await typeFor('application/graphql-response+json; q=0, application/json;q=0.1')).toBe('application/json');
});

test('trap 19: an Accept header is sorted, ties stay as they are, what is refused is left out', () => {
  expect(sortAccept('a/a;q=0.2, b/b, c/c;q=0.9;charset=utf-8, d/d, e/e;q=0')).toBe('b/b, d/d, c/c;charset=utf-8, a/a');
});
