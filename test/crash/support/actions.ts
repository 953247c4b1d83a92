import { randomUUID } from 'node:crypto';
import { scheduler } from 'node:timers/promises';
import type { JobName } from '../../../schema/operations.ts';
import { Refused, type World } from './world.ts';

export interface Channel {
  code: string;
  database: string;
}

/** Two channels that share a database, and one with its own. */
export const channels: Channel[] = [
  { code: 'houston', database: 'texas' },
  { code: 'dallas', database: 'texas' },
  { code: 'berlin', database: 'berlin' },
];

export const databases = [...new Set(channels.map(({ database }) => database))];

export async function createChannels(world: World, { liveConversion }: { liveConversion: boolean }): Promise<void> {
  for (const { code, database } of channels) {
    const input = {
      code,
      name: code,
      type: 'RETAIL_STORE',
      currency: 'USD',
      timeZone: 'UTC',
      country: 'US',
      channelDatabase: database,
      liveConversion,
    };
    await mutate(world, 'createChannel', 'CreateChannelInput', 'Channel', 'code', input);
  }
}

/** Nothing runs by itself any more but what is asked for or live. A schedule that was due in the meantime has ended, too. */
export async function switchSchedulesOff(world: World): Promise<void> {
  const { schedules } = await world.query<{ schedules: { nodes: { id: string }[] } }>('{ schedules { nodes { id } } }');
  for (const { id } of schedules.nodes) {
    await mutate(world, 'updateSchedule', 'UpdateScheduleInput', 'Schedule', 'id', { id, enabled: false });
  }
  while ((await newestRuns(world, 'QUEUED')).length + (await newestRuns(world, 'RUNNING')).length > 0) {
    await scheduler.wait(50);
  }
}

export interface NewCustomer {
  channel: string;
  uuid: string;
  name: { first: string; last: string };
}

export const newCustomer = (channel: string): NewCustomer => ({
  channel,
  uuid: randomUUID(),
  name: { first: 'Ada', last: 'Byron' },
});

export const newCustomers = (count: number): NewCustomer[] =>
  Array.from({ length: count }, (_, index) => newCustomer(channels[index % channels.length]!.code));

/** One request for all of them; resolves when the server has acknowledged each. */
export async function createCustomers(world: World, customers: readonly NewCustomer[]): Promise<void> {
  const parameters = customers.map((_, index) => `$c${index}: CreateCustomerInput!`).join(', ');
  const fields = customers.map((_, index) => `c${index}: createCustomer(input: $c${index}) { ...created }`).join(' ');
  const answers = await world.query<Record<string, { uuid?: string }>>(
    `mutation (${parameters}) { ${fields} } fragment created on CreateCustomerResult { ... on Customer { uuid } ... on Failure { errorCode message } }`,
    Object.fromEntries(customers.map((customer, index) => [`c${index}`, customer])),
  );
  for (const [index, { uuid }] of customers.entries()) {
    if (answers[`c${index}`]?.uuid !== uuid) throw new Refused(JSON.stringify(answers[`c${index}`]));
  }
}

/** Runs that somebody asked for, newest first. */
export const askedRuns = async (world: World): Promise<Run[]> =>
  (await newestRuns(world)).filter(({ cause }) => cause === 'OPERATOR');

/**
 * As a till does it: asks with the same UUIDs until the server has acknowledged them, however often it dies or says that a database is
 * not available meanwhile.
 */
export const createInSpiteOfFaults = (world: World, customers: readonly NewCustomer[]): Promise<void> =>
  inSpiteOfFaults(() => createCustomers(world, customers));

/** Repeats what may be repeated until it succeeds. */
export async function inSpiteOfFaults<T>(work: () => Promise<T>): Promise<T> {
  for (;;) {
    try {
      return await work();
    } catch (error) {
      if (error instanceof Refused && !error.message.includes('DATABASE_UNAVAILABLE')) throw error;
      await scheduler.wait(20);
    }
  }
}

interface Run {
  id: string;
  state: string;
  attempt: number;
  cause: string;
  error: { errorCode: string } | null;
  steps: { job: string; state: string; progress: { done: number; total: number } }[];
}

const runParts = 'id state attempt cause error { errorCode } steps { job state progress { done total } }';

export const ask = (world: World, job: JobName): Promise<Run> =>
  mutate(world, 'runJob', 'RunJobInput', 'JobRun', runParts, { job });

export const runById = async (world: World, id: string): Promise<Run> =>
  (await world.query<{ jobRun: Run }>(`query ($id: ID!) { jobRun(id: $id) { ${runParts} } }`, { id })).jobRun;

export async function newestRuns(world: World, state?: string): Promise<Run[]> {
  const { jobRuns } = await world.query<{ jobRuns: { edges: { node: Run }[] } }>(
    `query ($filter: JobRunFilter) { jobRuns(first: 10, filter: $filter) { edges { node { ${runParts} } } } }`,
    { filter: { states: state && [state] } },
  );
  return jobRuns.edges.map(({ node }) => node);
}

/**
 * As an operator does it: retries runs that have ended because two servers died in them. It may have been us both times, before anything
 * was committed in between.
 */
export async function retryCrashedRuns(world: World): Promise<void> {
  for (const { id, error } of await newestRuns(world, 'FAILED'))
    if (error?.errorCode === 'RUN_CRASHED') await mutate(world, 'retryJobRun', 'JobRunInput', 'JobRun', 'id', { id });
}

async function mutate<Result>(
  world: World,
  field: string,
  inputType: string,
  type: string,
  parts: string,
  input: unknown,
): Promise<Result> {
  const data = await world.query(
    `mutation ($input: ${inputType}!) { ${field}(input: $input) { __typename ... on ${type} { ${parts} } ... on Failure { message } } }`,
    { input },
  );
  if (data[field].__typename !== type) throw new Refused(JSON.stringify(data[field]));
  return data[field];
}
