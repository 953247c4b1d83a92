/*
 * To people, a run or a schedule is a number: the key in its global ID. Other clients must treat a global ID as opaque. This program contains
 * the server, so its commands may take the ID apart.
 */

export const numberOf = (globalId: string): number => Number(Buffer.from(globalId, 'base64').toString().split(':')[1]);

export const globalIdOf = (type: 'JobRun' | 'Schedule', number: number): string =>
  Buffer.from(`${type}:${number}`).toString('base64');
