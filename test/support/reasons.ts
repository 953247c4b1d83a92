import type { Answer } from './headquarters.ts';

/** A record with the recorded error beside its own fields: `errorCode` and `error`, both null if there is none. */
export const withReason = ({ error, ...record }: Answer): Answer => ({
  ...record,
  errorCode: error?.errorCode ?? null,
  error: error?.message ?? null,
});
