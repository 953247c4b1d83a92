import { AccountIdsSyncedDocument, CreateCustomerDocument, type CreateCustomerInput } from '../../schema/operations.ts';
import type { Client } from './client.ts';

/** Requests that one channel's client has under way at once. */
const AT_ONCE = 5;

/** A channel's own software: it creates customers, and listens to the feed of its account IDs. */
export class ChannelClient {
  /** UUIDs that were acknowledged, with the time. */
  readonly created = new Map<string, number>();
  /** Account IDs that came over the subscription, by UUID, with the time. */
  readonly received = new Map<string, { accountId: string; at: number }>();
  readonly refused: string[] = [];
  /** Events that broke the sequence rule, and account IDs that came twice: there must be none. */
  readonly broken: string[] = [];
  private last = 0;
  private heard = () => {};
  private readonly feed;

  constructor(
    readonly code: string,
    private readonly client: Client,
    private readonly onChange: () => void,
  ) {
    this.feed = client.subscribe(AccountIdsSyncedDocument, { channel: code, after: null });
    void this.listen();
  }

  async create(customers: CreateCustomerInput[]): Promise<void> {
    const waiting = [...customers].reverse();
    await Promise.all(
      Array.from({ length: AT_ONCE }, async () => {
        for (let input = waiting.pop(); input; input = waiting.pop()) {
          const { createCustomer: answer } = await this.client.request(CreateCustomerDocument, { input });
          if (answer.__typename === 'Customer') this.created.set(answer.uuid, performance.now());
          else this.refused.push(`${answer.code}: ${answer.message}`);
          this.onChange();
        }
      }),
    );
  }

  /** Resolves when the account ID of every created customer has come, or rejects when nothing comes for `patience` ms. */
  async complete(patience: number): Promise<void> {
    while ([...this.created.keys()].some((uuid) => !this.received.has(uuid))) {
      await new Promise<void>((resolve, reject) => {
        const timer = setTimeout(
          () => reject(new Error(`${this.code} heard nothing for ${patience / 1_000} s`)),
          patience,
        );
        this.heard = () => {
          clearTimeout(timer);
          resolve();
        };
      });
    }
  }

  stop(): void {
    this.feed.stop();
  }

  /** The sequence rule: apply what is next, ignore what is old, and a gap must not be. */
  private async listen(): Promise<void> {
    try {
      for await (const { accountIdsSynced } of this.feed) {
        for (const { sequence, uuid, accountId } of accountIdsSynced.customers) {
          if (sequence <= this.last) continue;
          if (sequence > this.last + 1) this.broken.push(`gap before ${sequence}`);
          if (this.received.has(uuid)) this.broken.push(`${uuid} came twice`);
          this.last = sequence;
          this.received.set(uuid, { accountId, at: performance.now() });
        }
        this.onChange();
        this.heard();
      }
    } catch (error) {
      this.broken.push(String(error));
      this.heard();
    }
  }
}
