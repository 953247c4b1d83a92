import { randomBytes } from 'node:crypto';

/**
 * The identity of this process among those that share PostgreSQL databases: 8 hex digits, new at each start. A process ID would not do,
 * because every container has a process 1.
 */
export const node: string = randomBytes(4).toString('hex');

/** The `application_name` of a connection. Its beginning, up to the second space, finds all connections of a process, to end those of a frozen one. */
export const applicationName = (purpose: string): string => `hq ${node} ${purpose}`;
