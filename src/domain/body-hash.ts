import { createHash } from 'node:crypto';

/**
 * A digest of what a client sent, which tells whether a repeat with the same UUID has the same data. Values that are null do not count, so that
 * a field added later changes no digest.
 */
export const bodyHash = (body: object): string =>
  createHash('sha256')
    .update(JSON.stringify(body, (_name, value) => value ?? undefined))
    .digest('base64url');
