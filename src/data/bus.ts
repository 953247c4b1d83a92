import { setTimeout as delay } from 'node:timers/promises';
import pg from 'pg';
import { DatabaseUnavailable } from '../errors.ts';
import { applicationName } from './node.ts';
import { type PostgresUrl, parsePostgresUrl } from './postgres-url.ts';

/** The nudges within this process (events/nudges.ts). */
interface LocalNudges {
  publish(topic: string): void;
  publishAll(): void;
  subscribe(topic: string, listener: () => void): () => void;
}

interface BusOptions {
  /** URL of headquarters' database, as in openDatabase. Each connection must have a session of its own. */
  url: string;
  local: LocalNudges;
  /** Hears of each failure and of each connection. */
  outage: { failed(error: unknown): void; worked(): void };
  /** Limits that differ from the defaults. */
  limits?: Partial<typeof defaultLimits>;
}

/** In ms. */
const defaultLimits = {
  /** The least time between two notifications. Topics published in between travel together. */
  gap: 50,
  /** The same for urgent topics. They take the others along. */
  urgentGap: 10,
  /** The time between two checks of the connection, and the longest time to answer one. Nobody else notices a half-open connection. */
  checkEvery: 2_000,
  patience: 3_000,
  /** The first and the longest pause before connecting again. */
  firstPause: 100,
  longestPause: 5_000,
};

/** PostgreSQL refuses payloads of 8,000 bytes. */
const LONGEST_PAYLOAD = 7_900;
/** What is sent instead of more topics than fit. */
const EVERY_TOPIC = '*';

/**
 * Nudges among all processes that share headquarters' database on PostgreSQL, over one connection of its own for LISTEN and NOTIFY.
 *
 * Listeners of this process hear of a topic immediately, whether the bus is connected or not. Other processes hear of it in one notification
 * with other topics of the same moment. Each notification is a transaction of its own that waits for no disk: inside the transactions of jobs,
 * notifications would make their commits wait for each other. What this process publishes while it is not connected is sent later; what it
 * misses meanwhile is made up for by waking all its listeners.
 */
export class Bus {
  private readonly limits: typeof defaultLimits;
  private readonly url: PostgresUrl;
  private readonly channel: string;
  private readonly stopping = new AbortController();
  private running: Promise<void> | undefined;
  private attempted = () => {};
  /** The connection while it listens. */
  private client: pg.Client | undefined;
  /** Gives up the current connection. */
  private lose: (error: Error) => void = () => {};
  private pending = new Set<string>();
  private pendingBytes = 0;
  /** Whether an urgent topic is among the pending ones. */
  private urgent = false;
  private timer: NodeJS.Timeout | undefined;
  private sending: Promise<void> | undefined;
  private sentAt = Number.NEGATIVE_INFINITY;

  constructor(private readonly options: BusOptions) {
    this.limits = { ...defaultLimits, ...options.limits };
    this.url = parsePostgresUrl(options.url);
    // PostgreSQL's limit for names. Two that differ later share a channel, which costs needless nudges.
    this.channel = `hq_bus_${this.url.schema}`.slice(0, 63);
  }

  /** Connects, and connects again whenever the connection is lost. Resolves after the first attempt. */
  start(): Promise<void> {
    return new Promise((resolve) => {
      this.attempted = resolve;
      this.running = this.run();
    });
  }

  /** Sends what was published and disconnects. */
  async stop(): Promise<void> {
    clearTimeout(this.timer);
    await this.sending;
    await this.send();
    this.stopping.abort();
    this.lose(new Error('The bus was stopped.'));
    await this.running;
  }

  publish(topic: string, urgent = false): void {
    this.options.local.publish(topic);
    this.add(topic);
    if (urgent && !this.urgent) {
      this.urgent = true;
      clearTimeout(this.timer);
      this.timer = undefined;
    }
    this.sendSoon();
  }

  subscribe(topic: string, listener: () => void): () => void {
    return this.options.local.subscribe(topic, listener);
  }

  /** Rejects while the bus is not connected. */
  async probe(): Promise<void> {
    if (!this.client) throw new Error('The bus is not connected.');
  }

  private async run(): Promise<void> {
    const { firstPause, longestPause } = this.limits;
    const { signal } = this.stopping;
    let pause = firstPause;
    while (!signal.aborted) {
      const since = performance.now();
      await this.listen().catch((error: unknown) => {
        if (!signal.aborted) this.options.outage.failed(error);
      });
      this.attempted();
      if (performance.now() - since > longestPause) pause = firstPause;
      // Servers that lost their connections together must not return together.
      await delay(pause * (0.5 + Math.random()), undefined, { signal }).catch(() => {});
      pause = Math.min(pause * 2, longestPause);
    }
  }

  /** Connects and listens. Rejects when the connection is lost. */
  private async listen(): Promise<void> {
    const client = this.newClient();
    const lost = new Promise<never>((_, reject) => {
      this.lose = reject;
      client.on('error', reject);
      client.on('end', () => reject(new Error('The connection of the bus ended.')));
    });
    client.on('notification', ({ processId, payload = '' }) => {
      if (processId !== backendOf(client)) this.hear(payload);
    });
    try {
      await Promise.race([this.open(client), lost]);
      this.client = client;
      this.attempted();
      this.options.outage.worked();
      this.options.local.publishAll();
      this.sendSoon();
      await Promise.race([this.keepChecking(client), lost]);
    } finally {
      this.client = undefined;
      // Saying goodbye to a server that does not answer would take as long as TCP wants.
      streamOf(client).destroy();
    }
  }

  private newClient(): pg.Client {
    const { patience } = this.limits;
    return new pg.Client({
      connectionString: this.url.server,
      application_name: applicationName('bus'),
      connectionTimeoutMillis: patience,
      query_timeout: patience,
      keepAlive: true,
      keepAliveInitialDelayMillis: patience,
    });
  }

  private async open(client: pg.Client): Promise<void> {
    // It would listen on a session that others use, and hear nothing.
    if (this.url.pooledByTransaction)
      throw new DatabaseUnavailable('bus', {
        reason: 'it needs a session of its own: set BUS_URL to the address of PostgreSQL itself',
      });
    await client.connect();
    await client.query(`set synchronous_commit = off; listen ${client.escapeIdentifier(this.channel)}`);
  }

  private async keepChecking(client: pg.Client): Promise<never> {
    for (;;) {
      await delay(this.limits.checkEvery, undefined, { signal: this.stopping.signal });
      await client.query('select 1');
    }
  }

  private hear(payload: string): void {
    const { local } = this.options;
    for (const topic of payload.split('\n')) {
      if (topic === EVERY_TOPIC) local.publishAll();
      else local.publish(topic);
    }
  }

  private add(topic: string): void {
    if (this.pending.has(topic) || this.pending.has(EVERY_TOPIC)) return;
    this.pending.add(topic);
    this.pendingBytes += Buffer.byteLength(topic) + 1;
    if (this.pendingBytes > LONGEST_PAYLOAD) this.pending = new Set([EVERY_TOPIC]);
  }

  /** Sends at once if nothing was sent lately, so that a quiet system has no delay. */
  private sendSoon(): void {
    if (this.timer || this.sending || !this.client || this.pending.size === 0) return;
    const { gap, urgentGap } = this.limits;
    const wait = this.sentAt + (this.urgent ? urgentGap : gap) - performance.now();
    this.timer = setTimeout(
      () => {
        this.timer = undefined;
        void this.send();
      },
      Math.max(0, wait),
    );
  }

  private async send(): Promise<void> {
    const { client, pending: topics } = this;
    if (!client || topics.size === 0) return;
    this.pending = new Set();
    this.pendingBytes = 0;
    this.urgent = false;
    this.sentAt = performance.now();
    const payload = client.escapeLiteral([...topics].join('\n'));
    this.sending = client.query(`notify ${client.escapeIdentifier(this.channel)}, ${payload}`).then(
      () => {},
      (error: Error) => {
        for (const topic of topics) this.add(topic);
        this.lose(error);
      },
    );
    await this.sending;
    this.sending = undefined;
    this.sendSoon();
  }
}

/** What pg knows of a connection and does not declare. */
interface Internals {
  processID: number;
  connection: { stream: { destroy(): void } };
}

/** Identifies the connection to PostgreSQL, which says where a notification is from. */
const backendOf = (client: pg.Client) => (client as unknown as Internals).processID;
const streamOf = (client: pg.Client) => (client as unknown as Internals).connection.stream;
