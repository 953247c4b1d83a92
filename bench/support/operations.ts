/** A page of 20 customers with their addresses. */
export const customersPage = `query ($filter: CustomerFilter, $after: String) {
  customers(filter: $filter, first: 20, after: $after) {
    pageInfo { hasNextPage endCursor }
    edges { cursor node {
      id uuid accountId accountLabel displayName email phone createdAt
      addresses { uuid purpose street city state postalCode country }
    } }
  }
}`;

export const createChannel = `mutation ($input: CreateChannelInput!) {
  createChannel(input: $input) { __typename ... on Failure { message } }
}`;

export const createCustomer = `mutation ($input: CreateCustomerInput!) {
  createCustomer(input: $input) {
    __typename
    ... on Customer { id uuid accountId accountLabel }
    ... on Failure { errorCode message }
  }
}`;

export const createCustomers = `mutation ($input: CreateCustomersInput!) {
  createCustomers(input: $input) {
    __typename
    ... on CreatedCustomers { results {
      __typename
      ... on Customer { id uuid accountId accountLabel }
      ... on Failure { errorCode message }
    } }
    ... on Failure { errorCode message }
  }
}`;

export const accountIdsSynced = `subscription ($channel: String!, $after: String) {
  accountIdsSynced(channel: $channel, after: $after) { firstSequence sequence cursor customers { sequence uuid accountId } }
}`;

export const runConversion = `mutation {
  runConversion(input: {}) { __typename ... on JobRun { id } ... on Failure { message } }
}`;

export const conversionState = `query ($id: ID!) { jobRun(id: $id) { state } }`;
