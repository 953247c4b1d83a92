import { scheduler } from 'node:timers/promises';
import { type Client, createClient } from 'graphql-ws';
import WebSocket from 'ws';
import type { World } from './world.ts';

/** A feed of a channel: its field, the list in its events, and what is selected of each item. */
interface Feed {
  field: string;
  list: string;
  select: string;
}

type Item = Record<string, string> & { uuid: string };

export const accountIds: Feed = { field: 'accountIdsSynced', list: 'customers', select: 'uuid accountId' };
export const statuses: Feed = { field: 'transactionsSynced', list: 'transactions', select: 'uuid status' };

interface Result {
  data?: Record<string, { cursor: string } & Record<string, unknown>> | null;
  errors?: readonly unknown[];
}

/** The feed did what it must not: a gap, a repeat after the rule, or an error. No reconnecting helps. */
class FeedBroken extends Error {}

/**
 * A client of a channel's feed that keeps the rule: apply an item if its sequence is the last + 1, ignore it if it is not
 * greater than the last, and never meet a greater one. It reconnects with its cursor whenever it loses the connection.
 */
export class FeedClient {
  readonly received: Item[] = [];
  connections = 0;
  ignored = 0;
  private cursor: string | null = null;
  private olderCursor: string | null = null;
  private cutConnection: (() => void) | undefined;

  constructor(
    private readonly world: World,
    readonly channel: string,
    private readonly transport: 'websocket' | 'sse',
    /** Called with the number of items of each event that was applied. */
    private readonly heard: (count: number) => void = () => {},
    private readonly feed: Feed = accountIds,
  ) {}

  /** Follows the feed until that many items have come. */
  follow(count: number): Promise<void> {
    return this.followUntil(() => this.received.length >= count);
  }

  async followUntil(isDone: () => boolean): Promise<void> {
    while (!isDone()) {
      const { url } = await this.world.server();
      try {
        this.connections++;
        const results = this.transport === 'sse' ? this.overSse(url) : this.overWebSocket(url);
        for await (const result of results) {
          this.apply(result);
          if (isDone()) break;
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
    const { cursor, [this.feed.list]: items } = data![this.feed.field]!;
    for (const { sequence, ...item } of items as (Item & { sequence: never })[]) {
      if (sequence > this.received.length + 1) {
        throw new FeedBroken(`${this.channel}: ${sequence} came after ${this.received.length}`);
      }
      if (sequence <= this.received.length) this.ignored++;
      else this.received.push(item as Item);
    }
    this.olderCursor = this.cursor;
    this.cursor = cursor;
    this.heard((items as Item[]).length);
  }

  private get operation() {
    const { field, list, select } = this.feed;
    const query = `subscription ($channel: String!, $after: String) {
      ${field}(channel: $channel, after: $after) { cursor ${list} { sequence ${select} } }
    }`;
    return { query, variables: { channel: this.channel, after: this.cursor } };
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
      yield* client.iterate(this.operation) as AsyncGenerator<Result>;
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
      body: JSON.stringify(this.operation),
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
