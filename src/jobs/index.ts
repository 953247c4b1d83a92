import { defineChain } from '../queue/job.ts';
import { calculateStatements } from './calculate-statements.ts';
import { download1010 } from './download-1010.ts';
import { pJob } from './p-job.ts';
import { postStatements } from './post-statements.ts';
import { synchronizeCustomers } from './synchronize-customers.ts';
import { synchronizeOrders } from './synchronize-orders.ts';
import { validateTransactions } from './validate-transactions.ts';

export const jobs = [
  pJob,
  synchronizeCustomers,
  synchronizeOrders,
  validateTransactions,
  calculateStatements,
  postStatements,
  download1010,
];

/** The three steps that turn asynchronous customers into synchronous ones. The order is fixed. */
export const conversion = defineChain({
  name: 'conversion',
  title: 'Conversion',
  description: 'P-job, then Synchronize customers and channel requests, then 1010.',
  steps: [pJob, synchronizeCustomers, download1010].map(({ name }) => name),
});

/**
 * Everything a day's books need. Existing statements are posted before new ones are calculated, so that each posts what it was calculated
 * with. 1010 comes last because orders and sales may have synchronized customers.
 */
const endOfDay = defineChain({
  name: 'end-of-day',
  title: 'End of day',
  description:
    'P-job, customers, orders, validation, statement calculation and posting, and 1010, in this order, for every business date not yet posted.',
  steps: [
    pJob,
    synchronizeCustomers,
    synchronizeOrders,
    validateTransactions,
    postStatements,
    calculateStatements,
    postStatements,
    download1010,
  ].map(({ name }) => name),
});

export const jobsAndChains = [...jobs, conversion, endOfDay];

export type JobName = (typeof jobsAndChains)[number]['name'];
export const jobNames: JobName[] = jobsAndChains.map(({ name }) => name);

/** The steps of a job or chain. */
export function stepsOf(name: JobName): string[] {
  const found = jobsAndChains.find((declared) => declared.name === name)!;
  return 'steps' in found ? found.steps : [name];
}

/** Whether a run of this job or chain may be limited to business dates. */
export const takesBusinessDate = (name: JobName): boolean =>
  jobs.some((job) => stepsOf(name).includes(job.name) && job.takesBusinessDate);

/** The value of the enum JobName for a job or chain: `P_JOB`. */
export const enumValueOf = (name: JobName): string => name.toUpperCase().replaceAll('-', '_');
