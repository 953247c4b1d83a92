import { request } from 'node:http';
import { expect, test } from 'vitest';
import { openSocket, startServer, type TestServer } from './support.ts';

/** What a page gets whose own name was pointed at this machine: the browser sends that name as Host. */
const statusFor = (server: TestServer, host: string) =>
  new Promise<number>((resolve, reject) => {
    request(
      `${server.url}/graphql?query={hello}`,
      { headers: { host, accept: 'application/json', authorization: 'Bearer ada' } },
      (response) => {
        response.resume();
        resolve(response.statusCode!);
      },
    )
      .once('error', reject)
      .end();
  });

test('a server without tokens answers loopback names only, so that DNS rebinding reaches nothing', async () => {
  const server = await startServer({ onlyLocalCallers: true });
  const { port } = server;

  expect(await statusFor(server, `rebound.example:${port}`)).toBe(421);
  expect(await statusFor(server, 'localhost.rebound.example')).toBe(421);
  for (const host of [`localhost:${port}`, `127.0.0.1:${port}`, `[::1]:${port}`])
    expect(await statusFor(server, host)).toBe(200);
  const socket = openSocket(server, { init: false, headers: { host: `rebound.example:${port}` } });
  await expect(socket.then(({ opened }) => opened)).rejects.toThrow('421');
});

test('a server with tokens may be called by any name, as behind a proxy', async () => {
  expect(await statusFor(await startServer(), 'hq.example')).toBe(200);
});
