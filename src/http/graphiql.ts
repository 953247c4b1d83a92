import { createHash } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';

export interface Graphiql {
  /** The operations it opens with. */
  tabs: { query: string }[];
  /** HTML to show below it. Its scripts may call `connectionParams()`. */
  below?: string;
}

/**
 * Serves the GraphiQL page. It contains everything it needs, so it works offline. It is 9 MB of text, so it is built on
 * the first request, compressed once, and not sent again to a browser that has it. All readers, however slow, share the
 * same bytes in memory.
 */
export function graphiqlPage(graphiql: Graphiql) {
  let page: Promise<Page> | undefined;
  return async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    page ??= renderPage(graphiql);
    const { html, zipped, etag } = await page;
    response.setHeader('ETag', etag);
    response.setHeader('Cache-Control', 'no-cache');
    response.setHeader('Vary', 'Accept, Accept-Encoding');
    // The page loads nothing from other sites and cannot be framed, because its requests are sent as its user.
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

/** Whether a request is for the page rather than for a GraphQL response. */
export const wantsPage = ({ method, headers }: IncomingMessage) =>
  method === 'GET' && headers.accept?.includes('text/html') === true;

interface Page {
  html: Buffer;
  zipped: Buffer;
  etag: string;
}

async function renderPage({ tabs, below = '' }: Graphiql): Promise<Page> {
  const { renderGraphiQL } = await import('@graphql-yoga/render-graphiql');
  const options = {
    title: 'Channel headquarters',
    defaultTabs: tabs.map(({ query }) => ({ query, variables: null })),
    defaultEditorToolsVisibility: false,
    subscriptionsProtocol: 'WS' as const,
    connectionParams: placeholder,
  };
  const page = renderGraphiQL(options)
    .replace('</head>', `<script>${connectionParams}</script></head>`)
    .replace(JSON.stringify(placeholder), 'connectionParams');
  // The last occurrence, because GraphiQL's own code contains the text too.
  const end = page.lastIndexOf('</body>');
  const html = Buffer.from(`${page.slice(0, end)}<style>${style}</style>${below}${page.slice(end)}`);
  return {
    html,
    zipped: await promisify(gzip)(html),
    etag: `"${createHash('sha256').update(html).digest('base64url').slice(0, 16)}"`,
  };
}

/**
 * GraphiQL lays out its tabs once and leaves each with an offset that takes effect when it is pressed. The tab would jump away from the
 * mouse pointer, and only the keyboard could switch tabs. The rest makes ten tabs and the title fit into 1,280 pixels.
 */
const style = `
.graphiql-tab { transform: none !important; }
.graphiql-tabs { gap: 4px !important; }
.graphiql-tab .graphiql-tab-button { padding-right: 22px !important; }
.graphiql-tab .graphiql-tab-close { right: 0 !important; }
.graphiql-logo { font-size: 15px !important; white-space: nowrap; }
.graphiql-logo div { width: auto !important; gap: 6px; }`;

/** The renderer serializes its options as JSON, which cannot contain a function. */
const placeholder = '__connection_params__';

/** GraphiQL sends the headers from its editor only with HTTP requests. This passes the same token to WebSockets. */
const connectionParams = `function connectionParams() {
  try {
    const headers = JSON.parse(localStorage.getItem('graphiql:headers') || '{}');
    const name = Object.keys(headers).find((key) => key.toLowerCase() === 'authorization');
    return name ? { authorization: headers[name] } : {};
  } catch {
    return {};
  }
}`;
