import { jwtVerify, SignJWT } from 'jose';
import { Forbidden, Unauthenticated } from '../errors.ts';

/** Who asks: an operator of headquarters, who sees everything, or a client of one channel, who sees that channel. */
export type Viewer = ({ kind: 'operator'; name: string } | { kind: 'channel'; channel: string }) & {
  /** What it was shown by; left out where none is asked for. */
  token?: { key: string; expiresAt: number };
};

const issuer = 'channel-headquarters';
const audience = 'channel-headquarters';
/** Seconds by which the clock that issued a token may be ahead of this one. */
const CLOCK_TOLERANCE = 60;
const key = (secret: string) => new TextEncoder().encode(secret);

/** A token for a viewer, signed with TOKEN_SECRET. */
export function tokenFor(secret: string, viewer: Viewer, validFor: string): Promise<string> {
  const claims = viewer.kind === 'operator' ? { role: 'operator' } : { role: 'channel', channel: viewer.channel };
  return new SignJWT(claims)
    .setProtectedHeader({ alg: 'HS256' })
    .setSubject(viewer.kind === 'operator' ? viewer.name : viewer.channel)
    .setIssuer(issuer)
    .setAudience(audience)
    .setIssuedAt()
    .setExpirationTime(validFor)
    .sign(key(secret));
}

/**
 * Says who asks by the Authorization header; `now` is the time in ms since 1970. Without a secret everybody is an operator (loopback only;
 * see config.ts).
 */
export function viewerFrom(secret: string, now: () => number): (authorization: string | undefined) => Promise<Viewer> {
  if (secret === '') return async () => ({ kind: 'operator', name: 'operator' });
  return async (authorization) => {
    const token = /^Bearer (\S+)$/i.exec(authorization ?? '')?.[1];
    if (!token) throw new Unauthenticated();
    const { payload } = await jwtVerify(token, key(secret), {
      issuer,
      audience,
      algorithms: ['HS256'],
      requiredClaims: ['exp'],
      currentDate: new Date(now()),
    }).catch(() => {
      throw new Unauthenticated('This token is not valid, or has expired.');
    });
    if ((payload.iat ?? 0) > now() / 1_000 + CLOCK_TOLERANCE)
      throw new Unauthenticated('This token is not valid yet: its time of issue lies ahead.');
    const shown = { token: { key: token.slice(token.lastIndexOf('.') + 1), expiresAt: payload.exp! * 1_000 } };
    if (payload.role === 'operator') return { kind: 'operator', name: payload.sub ?? 'operator', ...shown };
    if (payload.role === 'channel' && typeof payload.channel === 'string')
      return { kind: 'channel', channel: payload.channel, ...shown };
    throw new Unauthenticated('This token is for no known role.');
  };
}

/** Two viewers with the same scope see the same. */
export const scopeOf = (viewer: Viewer): string =>
  viewer.kind === 'operator' ? 'operator' : `channel:${viewer.channel}`;

/** The name of a viewer in records of what it did. */
export const nameOf = (viewer: Viewer): string => (viewer.kind === 'operator' ? viewer.name : viewer.channel);

/** Whether a viewer may use a channel, and see what is of it. */
export const mayUse = (viewer: Viewer, channel: string): boolean =>
  viewer.kind === 'operator' || viewer.channel === channel;

/** The channel that a viewer is confined to; undefined for an operator. */
export const ownChannel = (viewer: Viewer): string | undefined =>
  viewer.kind === 'channel' ? viewer.channel : undefined;

/** The rows that a viewer may see. */
export const visibleTo = <Row extends { channel: string }>(viewer: Viewer, rows: readonly Row[]): Row[] =>
  rows.filter(({ channel }) => mayUse(viewer, channel));

export function mustUse(viewer: Viewer, channel: string): void {
  if (!mayUse(viewer, channel)) throw new Forbidden(`using the channel "${channel}"`);
}
