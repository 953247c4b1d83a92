import type { JobName } from '../../schema/operations.ts';
import type { Database } from '../../src/data/database.ts';
import { one, sql } from '../../src/data/sql.ts';
import {
  type Answer,
  aChannel,
  aCustomer,
  createChannelDocument,
  createCustomerDocument,
  type Headquarters,
  type Options,
  onPostgres,
  startHeadquarters,
} from './headquarters.ts';
import { withReason } from './reasons.ts';

/** A system with channels, each in a database of its own unless it is said otherwise. */
export async function withChannels(
  codes: string[],
  options: Options = {},
  more: Record<string, unknown> = {},
): Promise<Headquarters> {
  const hq = await startHeadquarters(options);
  for (const code of codes) await createChannel(hq, code, more);
  return hq;
}

export async function createChannel(hq: Headquarters, code: string, more: Record<string, unknown> = {}): Promise<void> {
  const { createChannel: created } = await hq.query(createChannelDocument, { input: aChannel(code, more) });
  if (created.__typename !== 'Channel') throw new Error(JSON.stringify(created));
}

/** Creates a customer of houston and answers its UUID. */
export async function createCustomer(hq: Headquarters, more: Record<string, unknown> = {}): Promise<string> {
  const { createCustomer: created } = await hq.query(createCustomerDocument, { input: aCustomer(more) });
  if (created.__typename !== 'Customer') throw new Error(JSON.stringify(created));
  return created.uuid;
}

/** Creates that many customers of a channel at once, with their number as last name; answers their UUIDs. */
export async function createCustomers(
  hq: Headquarters,
  count: number,
  more: Record<string, unknown> = {},
): Promise<string[]> {
  const inputs = Array.from({ length: count }, (_, index) =>
    aCustomer({ name: { first: 'No', last: `N${String(index + 1).padStart(5, '0')}` }, addresses: [], ...more }),
  );
  const requests: Promise<string[]>[] = [];
  while (inputs.length > 0) requests.push(createEach(hq, inputs.splice(0, 50)));
  return (await Promise.all(requests)).flat();
}

/** One request with many mutations. */
async function createEach(hq: Headquarters, inputs: unknown[]): Promise<string[]> {
  const names = inputs.map((_, index) => `c${index}`);
  const data = await hq.query(
    `mutation (${names.map((name) => `$${name}: CreateCustomerInput!`).join(', ')}) {
      ${names.map((name) => `${name}: createCustomer(input: $${name}) { ... on Customer { uuid } ... on Failure { errorCode } }`).join('\n')} }`,
    Object.fromEntries(names.map((name, index) => [name, inputs[index]])),
  );
  return names.map((name) => {
    if (!data[name].uuid) throw new Error(JSON.stringify(data[name]));
    return data[name].uuid;
  });
}

/** Asks for a job and answers its run as it is then. */
export async function ask(
  hq: Headquarters,
  job: JobName,
  channels?: string[],
  businessDate?: string,
): Promise<{ id: string; state: string }> {
  const { runJob: run } = await hq.query(
    `mutation ($input: RunJobInput!) { runJob(input: $input) { __typename ... on JobRun { id state } ... on Failure { errorCode message } } }`,
    { input: { job, channels, businessDate } },
  );
  if (run.__typename !== 'JobRun') throw new Error(JSON.stringify(run));
  return run;
}

/** Runs a job to its end and answers how it ended. */
export async function run(hq: Headquarters, job: JobName = 'CONVERSION', channels?: string[], businessDate?: string) {
  const { id } = await ask(hq, job, channels, businessDate);
  await hq.worker.drain();
  return runById(hq, id);
}

const runParts = `id job state attempt cause requestedBy error { errorCode message } cancelRequested startedAt finishedAt
  channels { code }
  steps { job state progress { unit phase done total failed waiting eta } failures { channelDatabase errorCode message } }
  uploadSessions { status channelDatabase rows packages firstCounter lastCounter error { errorCode } finishedAt }
  downloadSessions { status channelDatabase rows packages fromVersion toVersion error { errorCode } }`;

export async function runById(hq: Headquarters, id: string) {
  const { jobRun } = await hq.query(`query ($id: ID!) { jobRun(id: $id) { ${runParts} } }`, { id });
  return {
    ...withReason(jobRun),
    uploadSessions: jobRun.uploadSessions.map(withReason),
    downloadSessions: jobRun.downloadSessions.map(withReason),
  };
}

/** Every run, oldest first. */
export const runsOf = async (hq: Headquarters): Promise<{ job: string; state: string; cause: string }[]> =>
  (await hq.query('{ jobRuns(first: 100) { edges { node { job state cause } } } }')).jobRuns.edges
    .map(({ node }: Answer) => node)
    .reverse();

/** Done and failed records of each step. */
export const countsOf = (run: { steps: { progress: { done: number; failed: number } }[] }) =>
  run.steps.map(({ progress: { done, failed } }) => ({ done, failed }));

const customerDocument = `query ($uuid: UUID!, $channel: String) {
  customer(by: { uuid: $uuid }, channel: $channel) {
    id uuid accountId accountLabel syncStatus displayName type email phone updatedAt
    name { title first middle last } organizationName language currency birthDate
    addresses { uuid purpose name street street2 city state postalCode country }
    timeline { stage at detail }
    operations(first: 20) { edges { node { id kind state tryCount nextTryAt error { errorCode message } corrected replicationCounter synchronizedBy { uuid } } } }
  }
}`;

/** A customer as an operator sees it, or in a channel's own database. */
export async function customer(hq: Headquarters, uuid: string, channel?: string) {
  return (await hq.query(customerDocument, { uuid, channel })).customer;
}

export const operationsOf = async (hq: Headquarters, uuid: string) =>
  (await customer(hq, uuid)).operations.edges.map(({ node }: { node: unknown }) => node) as {
    id: string;
    kind: string;
    state: string;
    tryCount: number;
    nextTryAt: string | null;
    errorCode: string | null;
    error: string | null;
    corrected: boolean;
    synchronizedBy: { uuid: string } | null;
  }[];

/** Account IDs in a channel database, by UUID, oldest customer first. */
export async function accountIds(hq: Headquarters, channel = 'houston'): Promise<Map<string, string | null>> {
  const found = new Map<string, string | null>();
  for (let after: string | null = null, more = true; more; ) {
    const { customers }: Answer = await hq.query(
      `query ($channel: String, $after: String) { customers(source: CHANNEL, filter: { channel: $channel }, orderBy: { field: CREATED_AT, direction: ASC }, first: 100, after: $after) {
        edges { node { uuid accountId } } pageInfo { hasNextPage endCursor } } }`,
      { channel, after },
    );
    for (const { node } of customers.edges) found.set(node.uuid, node.accountId);
    ({ hasNextPage: more, endCursor: after } = customers.pageInfo);
  }
  return found;
}

/** Rows of one statement on a database, outside everything. */
export const rowsOf = <Row = Answer>(
  database: Database,
  statement: string,
  parameters: unknown[] = [],
): Promise<Row[]> => database.read((db) => sql<Row>(db, statement, parameters));

export const countOf = async (database: Database, table: string): Promise<number> =>
  Number((await rowsOf(database, `select count(*) as count from ${table}`))[0].count);

/** Changes a database behind the system's back, as other software or an accident would. */
export const tamper = (database: Database, ...statements: string[]): Promise<void> =>
  database.write(async (tx) => {
    for (const statement of statements) await sql(tx, statement);
  });

/** Appends an operation to a channel's log as other software would: nobody checked it. */
export async function appendOperation(
  hq: Headquarters,
  channel: string,
  operation: { uuid: string; kind?: string; payload: unknown; id?: string },
): Promise<void> {
  const database = await hq.channels.databaseOf(channel);
  await database.write(async (tx) => {
    const head = await one<{ last_counter: number }>(
      tx,
      'update self set last_counter = last_counter + 1 where id = 1 returning last_counter',
    );
    await sql(
      tx,
      'insert into operation (counter, id, channel, customer_uuid, kind, payload, created_at) values ($1, $2, $3, $4, $5, $6, $7)',
      [
        head!.last_counter,
        operation.id ?? operation.uuid,
        channel,
        operation.uuid,
        operation.kind ?? 'CREATE_CUSTOMER',
        JSON.stringify(operation.payload),
        '2026-11-22T09:00:00.000Z',
      ],
    );
  });
}

/** What a channel writes into its log for a person. */
export const aBody = (more: Record<string, unknown> = {}) => ({
  type: 'PERSON',
  title: null,
  firstName: 'Ada',
  middleName: null,
  lastName: 'Byron',
  organizationName: null,
  email: null,
  phone: null,
  language: null,
  currency: null,
  birthDate: null,
  ...more,
});

/** Makes headquarters' database refuse customers with this last name. */
export const refuseLastName = (hq: Headquarters, name: string) =>
  onPostgres
    ? tamper(hq.hq, `alter table customer add constraint refused check (last_name is null or last_name <> '${name}')`)
    : tamper(
        hq.hq,
        `create trigger refused before insert on customer when new.last_name = '${name}' begin select raise(abort, 'refused'); end`,
      );

export const acceptLastNames = (hq: Headquarters) =>
  tamper(hq.hq, onPostgres ? 'alter table customer drop constraint refused' : 'drop trigger refused');

/** A clock that stands still until the test moves it. */
export function aClock(start = '2026-11-22T10:00:30.000Z') {
  let at = Date.parse(start);
  return {
    clock: () => new Date(at),
    now: () => new Date(at).toISOString(),
    set: (time: string) => {
      at = Date.parse(time);
    },
    pass: (ms: number) => {
      at += ms;
    },
  };
}
