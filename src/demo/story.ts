/** Ada and her store. Creating either again returns the one that exists, so every tab can begin with them. */
const store = `createChannel(input: {
    code: "houston", name: "Houston"
    type: RETAIL_STORE, country: "US"
    currency: "USD", timeZone: "America/Chicago"
  }) { ... on Channel { name } ...Reason }`;
const uuid = '7f3c1a52-1b7c-4c1e-9d38-2f4c8a6f0b11';
const ada = `createCustomer(input: {
    channel: "houston", uuid: "${uuid}"
    name: { first: "Ada", last: "Byron" }
    email: "ada@example.com"
  }) {
    ... on Customer { displayName accountLabel }
    ...Reason
  }`;
const reason = `fragment Reason on Failure {
  errorCode
  message
  path
}`;

/** The tabs GraphiQL opens with. Each tab works on its own, in any order, and however often it is run. */
export const storyTabs = [
  `# Press play, and watch "Live" below: a store
# creates a customer, who is "Pending sync" and
# gets an account ID a moment later.
mutation Customer {
  ${store}
  createCustomer(input: {
    channel: "houston"
    name: { first: "Grace", last: "Murray" }
  }) {
    ... on Customer {
      uuid
      displayName
      accountId
      accountLabel
    }
    ...Reason
  }
}

${reason}`,
  `# Live conversion is off in this store, so the
# customer waits for the jobs that an operator
# (or a schedule) starts: the P-job, Synchronize
# customers and channel requests, and 1010.
mutation Conversion {
  createChannel(input: {
    code: "austin", name: "Austin"
    type: RETAIL_STORE, country: "US"
    currency: "USD", timeZone: "America/Chicago"
    liveConversion: false
  }) { ... on Channel { name } ...Reason }
  createCustomer(input: {
    channel: "austin"
    organizationName: "Lovelace Cycles"
    type: ORGANIZATION
  }) {
    ... on Customer { uuid accountLabel }
    ...Reason
  }
  runConversion(input: { channels: ["austin"] }) {
    ... on JobRun { job state }
    ...Reason
  }
}

${reason}`,
  `# This store waits for account IDs: its profile
# makes createCustomer return the account ID. If
# headquarters is slow, creationMode is FALLBACK.
mutation RealTime {
  createFunctionalityProfile(input: {
    code: "real-time", name: "Real time"
    createCustomerInAsyncMode: false
    realTimeTimeoutMs: 1000
  }) {
    ... on FunctionalityProfile { name }
    ...Reason
  }
  createChannel(input: {
    code: "dallas", name: "Dallas"
    type: RETAIL_STORE, country: "US"
    currency: "USD", timeZone: "America/Chicago"
    functionalityProfile: "real-time"
  }) { ... on Channel { name } ...Reason }
  createCustomer(input: {
    channel: "dallas"
    name: { first: "Mary", last: "Somerville" }
  }) {
    ... on Customer {
      accountLabel
      creationMode
      fallbackReason
    }
    ...Reason
  }
}

${reason}`,
  `# An order for a customer who may still be
# pending. Headquarters turns it into a sales
# order as soon as it arrives: see "Books".
mutation Order {
  ${store}
  ${ada}
  createOrder(input: {
    channel: "houston"
    customerUuid: "${uuid}"
    lines: [{
      sku: "BK-R50B-58", quantity: 1
      unitPrice: "699.10", tax: "57.68"
    }]
    payments: [{
      tender: ONLINE, amount: "756.78"
    }]
    total: "756.78"
  }) {
    ... on Order {
      uuid
      confirmationNumber
    }
    ...Reason
  }
}

${reason}`,
  `# A sale at a register. It is in the books after
# the end of day.
mutation Sale {
  ${store}
  ${ada}
  recordSale(input: {
    channel: "houston", register: "till-1"
    customerUuid: "${uuid}"
    lines: [{
      sku: "HL-U509-R", quantity: 2
      unitPrice: "34.99", tax: "5.77"
    }]
    payments: [{
      tender: CASH, amount: "75.75"
    }]
    total: "75.75"
  }) {
    ... on Sale {
      uuid
      confirmationNumber
    }
    ...Reason
  }
}

${reason}`,
  `# The end of day for every channel: orders become
# sales orders, and statements post the sales.
# It takes a moment: see "Jobs" and "Books".
mutation EndOfDay {
  runEndOfDay(input: {}) {
    ... on JobRun { job state }
    ...Reason
  }
}

${reason}`,
  `# What became of the newest orders and sales.
query Books {
  transactions(first: 5) {
    nodes {
      ... on Order { orderStatus: status }
      ... on Sale {
        saleStatus: status
        statement { statementId state }
      }
      customer { displayName accountId }
      totals { total { amount currency } }
      salesOrder { salesOrderId accountId }
    }
  }
}`,
  `# How the newest customers at headquarters got
# their account IDs, stage by stage.
query Timeline {
  customers(first: 5) {
    nodes {
      displayName
      accountId
      channel { name }
      timeline { stage at detail }
    }
  }
}`,
  `# The newest job runs with their steps. Live
# conversion starts some, schedules and people
# start the others.
query Jobs {
  jobRuns(first: 5) {
    edges {
      node {
        job
        cause
        state
        startedAt
        finishedAt
        steps { job state progress { done unit } }
      }
    }
  }
}`,
  `# What needs a person, with what to do about it.
# The first event is the current state, and zero
# means all is well. The square stops it.
subscription Attention {
  attention {
    total
    items(first: 10) {
      nodes { kind name since message toDo }
    }
  }
}`,
].map((query) => ({ query: `${query}\n` }));
