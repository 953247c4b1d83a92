import type { Answer, Headquarters } from './headquarters.ts';
import { withReason } from './reasons.ts';

/** Everything that headquarters received about customers, oldest first. */
export const receivedOperations = async (hq: Headquarters): Promise<Answer[]> =>
  (
    await hq.query(
      '{ customerOperations(first: 100) { edges { node { id replicationCounter customerUuid kind state error { errorCode message } } } } }',
    )
  ).customerOperations.edges
    .map(({ node }: Answer) => withReason(node))
    .reverse();

/** Operations that were set aside. */
export const failed = async (hq: Headquarters, channel?: string) =>
  (
    await hq.query(
      `query ($channel: String) { customerOperations(filter: { states: [FAILED], channel: $channel }) { edges { node { id customerUuid kind tryCount error { errorCode message } channel { code } } } } }`,
      { channel },
    )
  ).customerOperations.edges.map(({ node }: Answer) => withReason(node));

export const correct = async (hq: Headquarters, id: string, values: Record<string, unknown>) =>
  (
    await hq.query(
      `mutation ($input: CorrectCustomerOperationInput!) { correctCustomerOperation(input: $input) {
        __typename ... on CustomerOperation { state corrected tryCount auditTrail { edges { node { actor action field oldValue newValue } } } } ... on Failure { errorCode message path } } }`,
      { input: { id, ...values } },
    )
  ).correctCustomerOperation;

export const retry = async (hq: Headquarters, id: string) =>
  (
    await hq.query(
      'mutation ($id: ID!) { retryCustomerOperation(input: { id: $id }) { __typename ... on CustomerOperation { state } ... on Failure { errorCode message } } }',
      { id },
    )
  ).retryCustomerOperation;

export const retryAll = async (hq: Headquarters, channel?: string) =>
  (
    await hq.query(
      'mutation ($channel: String) { retryFailedCustomerOperations(input: { channel: $channel }) { ... on RetriedOperations { count } ... on Failure { errorCode } } }',
      { channel },
    )
  ).retryFailedCustomerOperations;
