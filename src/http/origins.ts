import type { IncomingHttpHeaders } from 'node:http';

const local = /^(localhost|127(\.\d{1,3}){3}|\[::1\])(:\d+)?$/i;

/** Whether a request addresses this machine by a loopback name. A request from a site whose name was rebound to this machine does not. */
export const calledLocally = ({ host }: IncomingHttpHeaders): boolean => host !== undefined && local.test(host);

/**
 * Whether a page of the request's origin may call the API. Without an `Origin`, no browser is calling on behalf of
 * another page. The server's own origin is the one whose host equals the `Host` of the request.
 */
export function originAllowed(headers: IncomingHttpHeaders, allowedOrigins: string[]): boolean {
  const { origin, host } = headers;
  if (origin === undefined || allowedOrigins.includes(origin)) return true;
  return host !== undefined && (origin === `http://${host}` || origin === `https://${host}`);
}

export const localOnly = 'This server accepts only local requests. Set TOKEN_SECRET to serve other hosts.';
