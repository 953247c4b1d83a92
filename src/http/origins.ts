import type { IncomingHttpHeaders } from 'node:http';

/**
 * Whether a page of this origin may call. No `Origin` means that no browser asks on behalf of another page. A
 * server's own origin is the one whose host is the host it was called by.
 */
export function originAllowed(headers: IncomingHttpHeaders, allowedOrigins: string[]): boolean {
  const { origin, host } = headers;
  if (origin === undefined || allowedOrigins.includes(origin)) return true;
  return host !== undefined && (origin === `http://${host}` || origin === `https://${host}`);
}
