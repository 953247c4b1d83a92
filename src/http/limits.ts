/** What one client may ask of the server. Each number is a default; tests lower some of them. */
export const defaultLimits = {
  /** Characters of a GraphQL document. Parsed documents are cached by their text, so this bounds that cache too. */
  documentLength: 60_000,
  /** Tokens of a GraphQL document. GraphiQL's introspection query has about 300. */
  documentTokens: 1_500,
  /** Nested selection sets, fragments included, introspection excepted. */
  documentDepth: 12,
  /** What an operation may cost (cost.ts): as many values at most, each list counted as full. */
  operationCost: 400_000,
  /** Full introspections of the schema that an operation may amount to. */
  introspections: 2,
  /** Bytes of JSON, about, that an answer or an event may have. */
  responseSize: 10_000_000,
  /** Bytes of a request's body. */
  requestBody: 1_000_000,
  /** Ms in which a request must have arrived whole, however slowly it comes; 408 otherwise. */
  requestTime: 30_000,
  /**
   * Ms without progress after which a connection is ended while a request or its answer is under way. Streams send a ping more often, and
   * a request that stalls is answered before, by `requestTime`.
   */
  stalled: 35_000,
  /** Bytes of one message from a socket; `ws` would take 100 MiB. */
  socketMessage: 256 * 1024,
  /** Operations a socket may have under way, subscriptions included. */
  socketOperations: 100,
  /** What one token may have open at once: sockets, operations on all of them, and streams of server-sent events. */
  tokenSockets: 1_000,
  tokenOperations: 5_000,
  tokenStreams: 200,
  /** Messages of a socket that wait for their turn before the server stops reading from it. */
  socketBacklog: 64,
  /** Bytes waiting for a socket before a feed stops writing to it and the server stops reading from it. */
  socketHighWater: 256 * 1024,
  /** Bytes waiting for a socket that end it, when it has them on each of this many looks in a row. */
  socketOverflow: 1024 * 1024,
  socketOverflowLooks: 5,
  /** Ms between two looks at all sockets. */
  socketLookEvery: 1_000,
  /** Looks between two pings; a socket that has not answered by the next one is ended. */
  socketPingEvery: 12,
  /** Ms that an operation may ask the databases; transactions that it began are finished. */
  operationTime: 4_500,
  /** Ms a new socket has to say who it is. Generous: thousands reconnect at once after a restart. */
  connectionInit: 10_000,
  /** Ms in which a probe of /health/ready has to answer, for which its answer is kept, and after which it is given up and begun anew. */
  probe: 2_000,
  probeKept: 1_000,
  probeGivenUp: 30_000,
  /** Ms for which a server that stops still answers on connections that it had, telling each to end. */
  draining: 500,
  /** Ms that requests and closing handshakes get when the server stops. */
  closing: 2_000,
  /** Ms after which a feed looks again without a nudge. */
  feedPoll: 5_000,
  /** Ms for which a page of a feed is kept for others who stand where its first reader stood. */
  feedKeep: 1_000,
  /** Sockets served between two turns of the event loop, when one event goes to thousands. */
  feedSlice: 250,
};

export type Limits = typeof defaultLimits;
