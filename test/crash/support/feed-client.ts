import { scheduler } from 'node:timers/promises';
import { type Client, createClient } from 'graphql-ws';
import WebSocket from 'ws';
import type { World } from './world.ts';

const document = `subscription ($channel: String!, $after: String) {
  accountIdsSynced(channel: $channel, after: $after) { cursor customers { sequence uuid accountId } }
}`;

interface Event {
  cursor: string;
  customers: { sequence: number; uuid: string; accountId: string }[];
}

interface Result {
  data?: { accountIdsSynced: Event } | null;
  errors?: readonly unknown[];
}

/** The feed did what it must not: a gap, a repeat after the rule, or an error. No reconnecting helps. */
class FeedBroken extends Error {}

/**
 * A client of a channel's feed that keeps the rule: apply a customer if its sequence is the last + 1, ignore it if it is not
 * greater than the last, and never meet a greater one. It reconnects with its cursor whenever it loses the connection.
 */
export class FeedClient {
  readonly received: { uuid: string; accountId: string }[] = [];
  connections = 0;
  ignored = 0;
  private cursor: string | null = null;
  private olderCursor: string | null = null;
  private cutConnection: (() => void) | undefined;

  constructor(
    private readonly world: World,
    readonly channel: string,
    private readonly transport: 'websocket' | 'sse',
    /** Called with the number of customers of each event that was applied. */
    private readonly heard: (count: number) => void = () => {},
  ) {}

  /** Follows the feed until that many customers have come. */
  async follow(count: number): Promise<void> {
    while (this.received.length < count) {
      const { url } = await this.world.server();
      try {
        this.connections++;
        const results = this.transport === 'sse' ? this.overSse(url) : this.overWebSocket(url);
        for await (const result of results) {
          this.apply(result);
          if (this.received.length >= count) break;
        }
      } catch (error) {
        if (error instanceof FeedBroken) throw error;
      } finally {
        this.cutConnection = undefined;
      }
      // The server may be dead already while nobody has noticed.
      await scheduler.wait(5);
    }
  }

  get connected(): boolean {
    return this.cutConnection !== undefined;
  }

  /** Tears the connection as a broken network does. `forgetful`: the client had not stored its newest cursor. */
  cut({ forgetful }: { forgetful: boolean }): void {
    if (forgetful) this.cursor = this.olderCursor;
    this.cutConnection?.();
    this.cutConnection = undefined;
  }

  private apply({ data, errors }: Result): void {
    if (errors) throw new FeedBroken(JSON.stringify(errors));
    const { cursor, customers } = data!.accountIdsSynced;
    for (const { sequence, uuid, accountId } of customers) {
      if (sequence > this.received.length + 1) {
        throw new FeedBroken(`${this.channel}: ${sequence} came after ${this.received.length}`);
      }
      if (sequence <= this.received.length) this.ignored++;
      else this.received.push({ uuid, accountId });
    }
    this.olderCursor = this.cursor;
    this.cursor = cursor;
    this.heard(customers.length);
  }

  private get variables() {
    return { channel: this.channel, after: this.cursor };
  }

  private async *overWebSocket(url: string): AsyncGenerator<Result> {
    const client: Client = createClient({
      url: `${url.replace('http', 'ws')}/graphql`,
      webSocketImpl: WebSocket,
      retryAttempts: 0,
      on: {
        opened: (socket) => {
          this.cutConnection = () => (socket as WebSocket).terminate();
        },
      },
    });
    try {
      yield* client.iterate({ query: document, variables: this.variables }) as AsyncGenerator<Result>;
    } catch (error) {
      throw isLostConnection(error) ? error : new FeedBroken(JSON.stringify(error));
    } finally {
      await client.dispose();
    }
  }

  private async *overSse(url: string): AsyncGenerator<Result> {
    const connection = new AbortController();
    this.cutConnection = () => connection.abort();
    const response = await fetch(`${url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', accept: 'text/event-stream' },
      body: JSON.stringify({ query: document, variables: this.variables }),
      signal: connection.signal,
    });
    if (!response.ok) throw new FeedBroken(`${response.status} ${await response.text()}`);
    try {
      let text = '';
      const decoder = new TextDecoder();
      for await (const chunk of response.body as unknown as AsyncIterable<Uint8Array>) {
        text += decoder.decode(chunk, { stream: true });
        const messages = text.split('\n\n');
        text = messages.pop()!;
        for (const message of messages) {
          const event = /^event: (.*)$/m.exec(message)?.[1];
          if (event === 'complete') throw new FeedBroken('the feed was completed by the server');
          if (event === 'next') yield JSON.parse(/^data: (.*)$/m.exec(message)![1]!);
        }
      }
    } finally {
      connection.abort();
    }
  }
}

/** 1006: gone without a closing handshake. A refused connection arrives as an error event. */
function isLostConnection(error: unknown): boolean {
  if (Array.isArray(error)) return false;
  const { code } = error as { code?: unknown };
  return typeof code !== 'number' || code === 1006;
}
