import { createHash } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';

export interface GraphiqlTab {
  query: string;
  variables?: string;
}

/**
 * Answers with the GraphiQL page. The page holds everything it needs, so it works without the internet; it is 9 MB
 * of text, so it is made at the first request, compressed once, and not sent again to a browser that has it. All who read it, however
 * slowly, read the same bytes in memory.
 */
export function graphiqlPage(tabs: GraphiqlTab[]) {
  let page: Promise<Page> | undefined;
  return async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    page ??= renderPage(tabs);
    const { html, zipped, etag } = await page;
    response.setHeader('ETag', etag);
    response.setHeader('Cache-Control', 'no-cache');
    response.setHeader('Vary', 'Accept, Accept-Encoding');
    // Nothing from elsewhere is loaded into this page, and it is shown in no other: what it sends is sent as its user.
    response.setHeader(
      'Content-Security-Policy',
      "default-src 'self' 'unsafe-inline' 'unsafe-eval' blob: data:; connect-src 'self' ws: wss:; frame-ancestors 'none'",
    );
    if (request.headers['if-none-match'] === etag) {
      response.writeHead(304).end();
      return;
    }
    response.setHeader('Content-Type', 'text/html; charset=utf-8');
    if (/\bgzip\b/.test(String(request.headers['accept-encoding']))) {
      response.setHeader('Content-Encoding', 'gzip').end(zipped);
    } else {
      response.end(html);
    }
  };
}

/** Whether a request wants the page and not an answer. */
export const wantsPage = ({ method, headers }: IncomingMessage) =>
  method === 'GET' && headers.accept?.includes('text/html') === true;

interface Page {
  html: Buffer;
  zipped: Buffer;
  etag: string;
}

async function renderPage(tabs: GraphiqlTab[]): Promise<Page> {
  const { renderGraphiQL } = await import('@graphql-yoga/render-graphiql');
  const options = {
    title: 'Channel headquarters',
    defaultTabs: tabs.map(({ query, variables }) => ({ query, variables: variables ?? null })),
    subscriptionsProtocol: 'WS' as const,
    connectionParams: placeholder,
  };
  const page = renderGraphiQL(options).replace(JSON.stringify(placeholder), () => connectionParams);
  // The last one: GraphiQL's own code holds the words too.
  const end = page.lastIndexOf('</body>');
  const html = Buffer.from(`${page.slice(0, end)}<style>${tabsThatStay}</style>${page.slice(end)}`);
  return {
    html,
    zipped: await promisify(gzip)(html),
    etag: `"${createHash('sha256').update(html).digest('base64url').slice(0, 16)}"`,
  };
}

/**
 * GraphiQL lays its tabs out once and leaves each with an offset that shows as soon as it is pressed: it would jump from under the mouse,
 * and only the keyboard would change tabs.
 */
const tabsThatStay = '.graphiql-tab { transform: none !important; }';

/** The renderer writes its options as JSON, where a function has no place. */
const placeholder = '__connection_params__';

/** GraphiQL sends the headers of its editor with requests only; a socket gets the same token through this. */
const connectionParams = `() => {
  try {
    const headers = JSON.parse(localStorage.getItem('graphiql:headers') || '{}');
    const name = Object.keys(headers).find((key) => key.toLowerCase() === 'authorization');
    return name ? { authorization: headers[name] } : {};
  } catch {
    return {};
  }
}`;
