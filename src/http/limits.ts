/** What one client may demand of the server. These are defaults; tests lower some of them. */
export const defaultLimits = {
  /** Characters of a GraphQL document. */
  documentLength: 60_000,
  /** Approximate bytes of memory for parsed documents, which are cached by their text. Those that clients of this API send take up a tenth. */
  documentMemory: 32_000_000,
  /** Tokens of a GraphQL document. GraphiQL's introspection query has about 300. */
  documentTokens: 1_500,
  /** Nesting depth of selection sets, including fragments but not introspection. */
  documentDepth: 12,
  /** Maximum cost of an operation (cost.ts): the number of values, counting every list as full. */
  operationCost: 400_000,
  /** How many full introspections of the schema an operation may amount to. */
  introspections: 2,
  /** Approximate bytes of JSON in a response or an event. */
  responseSize: 10_000_000,
  /** Bytes of a request body. */
  requestBody: 1_000_000,
  /** Ms for a request to arrive completely, however slowly; 408 otherwise. */
  requestTime: 30_000,
  /**
   * Ms without progress, during a request or its response, after which a connection is closed. Streams send pings more often, and
   * `requestTime` ends a stalled request sooner.
   */
  stalled: 35_000,
  /** Bytes of one message from a socket; `ws` would accept 100 MiB. */
  socketMessage: 256 * 1024,
  /** Concurrent operations of a socket, including subscriptions. */
  socketOperations: 100,
  /** What one token may have open at the same time: sockets, operations on all of them, and server-sent event streams. */
  tokenSockets: 1_000,
  tokenOperations: 5_000,
  tokenStreams: 200,
  /** Queued messages of a socket above which the server stops reading from it. */
  socketBacklog: 64,
  /** Bytes waiting to be sent to a socket above which feeds stop writing to it and the server stops reading from it. */
  socketHighWater: 256 * 1024,
  /** Bytes waiting to be sent above which a socket is terminated, if it exceeds them on more than this many checks in a row. */
  socketOverflow: 1024 * 1024,
  socketOverflowLooks: 5,
  /** Ms between checks of all sockets. */
  socketLookEvery: 1_000,
  /** Checks between two pings. A socket that has not responded by the next ping is terminated. */
  socketPingEvery: 12,
  /** Ms for which an operation may query the databases. Transactions it has started are completed. */
  operationTime: 4_500,
  /** Ms for a new socket to authenticate. Generous, because thousands reconnect together after a restart. */
  connectionInit: 10_000,
  /** Ms for a probe of /health/ready to respond, for which its result is cached, and after which a hung probe is abandoned and restarted. */
  probe: 2_000,
  probeKept: 1_000,
  probeGivenUp: 30_000,
  /** Ms for which a stopping server still responds on existing connections, telling each client to close its connection. */
  draining: 500,
  /** Ms for requests and closing handshakes to complete when the server stops. */
  closing: 2_000,
  /** Ms after which a feed checks for rows without a nudge. */
  feedPoll: 5_000,
  /** Ms for which a page of a feed is kept for others at the same position. */
  feedKeep: 1_000,
  /** Sockets written to per turn of the event loop when one event goes to thousands. */
  feedSlice: 250,
};

export type Limits = typeof defaultLimits;
