import { jwtVerify, SignJWT } from 'jose';
import { Forbidden, Unauthenticated } from '../errors.ts';

/** Who asks: an operator of headquarters, who sees everything, or a client of one channel, who sees that channel. */
export type Viewer = { kind: 'operator'; name: string } | { kind: 'channel'; channel: string };

const issuer = 'channel-headquarters';
const key = (secret: string) => new TextEncoder().encode(secret);

/** A token for a viewer, signed with TOKEN_SECRET. */
export function tokenFor(secret: string, viewer: Viewer, validFor: string): Promise<string> {
  const claims = viewer.kind === 'operator' ? { role: 'operator' } : { role: 'channel', channel: viewer.channel };
  return new SignJWT(claims)
    .setProtectedHeader({ alg: 'HS256' })
    .setSubject(viewer.kind === 'operator' ? viewer.name : viewer.channel)
    .setIssuer(issuer)
    .setIssuedAt()
    .setExpirationTime(validFor)
    .sign(key(secret));
}

/** Says who asks by the Authorization header. Without a secret everybody is an operator (loopback only; see config.ts). */
export function viewerFrom(secret: string): (authorization: string | undefined) => Promise<Viewer> {
  if (secret === '') return async () => ({ kind: 'operator', name: 'operator' });
  return async (authorization) => {
    const token = /^Bearer (\S+)$/i.exec(authorization ?? '')?.[1];
    if (!token) throw new Unauthenticated();
    const { payload } = await jwtVerify(token, key(secret), { issuer, algorithms: ['HS256'] }).catch(() => {
      throw new Unauthenticated('This token is not valid, or has expired.');
    });
    if (payload.role === 'operator') return { kind: 'operator', name: payload.sub ?? 'operator' };
    if (payload.role === 'channel' && typeof payload.channel === 'string')
      return { kind: 'channel', channel: payload.channel };
    throw new Unauthenticated('This token is for no known role.');
  };
}

/** Two viewers with the same scope see the same. */
export const scopeOf = (viewer: Viewer): string =>
  viewer.kind === 'operator' ? 'operator' : `channel:${viewer.channel}`;

export function mustOperate(viewer: Viewer, what: string): asserts viewer is Viewer & { kind: 'operator' } {
  if (viewer.kind !== 'operator') throw new Forbidden(what);
}

export function mustUse(viewer: Viewer, channel: string): void {
  if (viewer.kind === 'channel' && viewer.channel !== channel) throw new Forbidden(`using the channel "${channel}"`);
}
