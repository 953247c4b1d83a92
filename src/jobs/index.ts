import type { Nudges } from '../events/nudges.ts';
import type { Chain, Job } from '../queue/job.ts';
import { calculateStatements } from './calculate-statements.ts';
import { download1010 } from './download-1010.ts';
import { pJob } from './p-job.ts';
import { postStatements } from './post-statements.ts';
import { synchronizeCustomers } from './synchronize-customers.ts';
import { synchronizeOrders } from './synchronize-orders.ts';
import { validateTransactions } from './validate-transactions.ts';

/** Every job that there is. */
export const allJobs = (nudges: Nudges): Job[] => [
  pJob,
  synchronizeCustomers,
  synchronizeOrders,
  validateTransactions,
  calculateStatements,
  postStatements,
  download1010(nudges),
];

/** The three steps that turn asynchronous customers into synchronous ones. The order is fixed. */
export const conversion: Chain = {
  name: 'conversion',
  title: 'Conversion',
  description: 'P-job, then Synchronize customers and channel requests, then 1010.',
  steps: ['p-job', 'synchronize-customers', 'download-1010'],
};

/**
 * Everything that a day's books need. Statements that are there already are posted before new ones are calculated, so that each posts what
 * it was calculated with. 1010 comes last: orders and sales may have synchronized customers.
 */
export const endOfDay: Chain = {
  name: 'end-of-day',
  title: 'End of day',
  description:
    'P-job, customers, orders, validation, posting of the statements that are under way, calculating and posting of the others, 1010.',
  steps: [
    'p-job',
    'synchronize-customers',
    'synchronize-orders',
    'validate-transactions',
    'post-statements',
    'calculate-statements',
    'post-statements',
    'download-1010',
  ],
};

export const chains: Chain[] = [conversion, endOfDay];

export const jobNames = [
  'p-job',
  'synchronize-customers',
  'synchronize-orders',
  'validate-transactions',
  'calculate-statements',
  'post-statements',
  'download-1010',
  'conversion',
  'end-of-day',
] as const;
export type JobName = (typeof jobNames)[number];

/** The steps of a job or chain. */
export const stepsOf = (name: JobName): string[] => chains.find((chain) => chain.name === name)?.steps ?? [name];
