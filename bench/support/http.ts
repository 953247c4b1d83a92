import { Agent, request } from 'node:http';

/** Posts GraphQL operations over kept-alive connections, `connections` at most. */
export function graphqlClient(url: string, connections: number) {
  const agent = new Agent({ keepAlive: true, maxSockets: connections });
  const { hostname, port } = new URL(url);
  return {
    // biome-ignore lint/suspicious/noExplicitAny: whatever was asked for
    post: (query: string, variables: unknown = {}): Promise<any> =>
      new Promise((resolve, reject) => {
        const body = JSON.stringify({ query, variables });
        const headers = { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) };
        const asked = request({ agent, hostname, port, path: '/graphql', method: 'POST', headers }, (response) => {
          const parts: Buffer[] = [];
          response.on('data', (part: Buffer) => parts.push(part));
          response.once('error', reject);
          response.once('end', () => {
            const { data, errors } = JSON.parse(Buffer.concat(parts).toString());
            if (errors) reject(new Error(JSON.stringify(errors)));
            else resolve(data);
          });
        });
        asked.once('error', reject);
        asked.end(body);
      }),
    close: () => agent.destroy(),
  };
}
