import type { IncomingHttpHeaders } from 'node:http';

const local = /^(localhost|127(\.\d{1,3}){3}|\[::1\])(:\d+)?$/i;

/** Whether a request was sent to this machine by name. A page elsewhere whose name was pointed at it (DNS rebinding) was not. */
export const calledLocally = ({ host }: IncomingHttpHeaders): boolean => host !== undefined && local.test(host);

/**
 * Whether a page of this origin may call. No `Origin` means that no browser asks on behalf of another page. A
 * server's own origin is the one whose host is the host it was called by.
 */
export function originAllowed(headers: IncomingHttpHeaders, allowedOrigins: string[]): boolean {
  const { origin, host } = headers;
  if (origin === undefined || allowedOrigins.includes(origin)) return true;
  return host !== undefined && (origin === `http://${host}` || origin === `https://${host}`);
}
