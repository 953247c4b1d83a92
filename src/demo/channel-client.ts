import { setTimeout as delay } from 'node:timers/promises';
import type { TypedDocumentNode } from '@graphql-typed-document-node/core';
import {
  AccountIdsSyncedDocument,
  CloseShiftDocument,
  CreateCustomerDocument,
  type CreateCustomerInput,
  CreateOrderDocument,
  type CreateOrderMutation,
  OpenShiftDocument,
  RecordSaleDocument,
  type RecordSaleMutation,
} from '../../schema/operations.ts';
import { type Client, orRefused, Refused, Unreachable } from '../client/client.ts';
import { closingOf, type DemoOrder, openingOf, orderInput, saleInput, type TillDay, tillDays } from './orders.ts';

/** Concurrent requests of one channel's client. */
const CONCURRENCY = 5;
/** Ms for which a request is sent again while no server answers, and between two attempts. */
const PATIENCE = 30_000;
const RETRY_AFTER = 250;
const allRegisters = Array.from({ length: CONCURRENCY }, (_, index) => `till-${index + 1}`);

/** A channel's own software: it creates customers, records their orders, and listens to the feed of its account IDs. */
export class ChannelClient {
  /** When each customer was acknowledged, by UUID. */
  readonly created = new Map<string, number>();
  /** Customers that had no account ID when they were acknowledged, by UUID. */
  readonly pending = new Set<string>();
  /** Account IDs that creations returned, by UUID. */
  readonly returned = new Map<string, string>();
  /** Why creations fell back to asynchronous ones, by UUID. */
  readonly fellBack = new Map<string, string>();
  /** Account IDs from the subscription and when they arrived, by UUID. */
  readonly received = new Map<string, { accountId: string; at: number }>();
  /** Acknowledged orders and sales, by UUID. */
  readonly recorded = new Map<string, DemoOrder>();
  /** Shifts opened and closed with a count. */
  shifts = 0;
  readonly refused: string[] = [];
  /** Violations of the sequence rule, and account IDs that arrived twice. There must be none. */
  readonly broken: string[] = [];
  private last = 0;
  private heard = () => {};
  private cursor: string | null = null;
  private stopped = false;
  private feed;

  constructor(
    readonly code: string,
    private readonly client: Client,
    private readonly onChange: () => void,
  ) {
    this.feed = this.subscribe();
    void this.listen();
  }

  async create(customers: CreateCustomerInput[]): Promise<void> {
    const waiting = [...customers].reverse();
    await Promise.all(
      Array.from({ length: CONCURRENCY }, async () => {
        for (let input = waiting.pop(); input; input = waiting.pop()) {
          const { createCustomer: answer } = await this.send(CreateCustomerDocument, { input });
          const customer = this.accepted('a customer', answer);
          if (customer) {
            this.created.set(customer.uuid, performance.now());
            if (customer.accountId === null) this.pending.add(customer.uuid);
            else this.returned.set(customer.uuid, customer.accountId);
            if (customer.fallbackReason) this.fellBack.set(customer.uuid, customer.fallbackReason);
          }
          this.onChange();
        }
      }),
    );
  }

  /** Records orders and sales. Each register works through its days and then takes orders, one request at a time. */
  async record(orders: DemoOrder[], registers = allRegisters): Promise<void> {
    const waiting = orders.filter(({ kind }) => kind !== 'CASH_AND_CARRY').reverse();
    const days = tillDays(this.code, orders, registers);
    await Promise.all(
      registers.map(async (register) => {
        for (const day of days) if (day.register === register) await this.sell(day);
        for (let order = waiting.pop(); order; order = waiting.pop()) {
          const { createOrder: answer } = await this.send(CreateOrderDocument, { input: orderInput(order) });
          this.note(order, answer);
        }
      }),
    );
  }

  /** One day at a register: opens the shift, sells, counts, and closes. */
  private async sell(day: TillDay): Promise<void> {
    const { openShift } = await this.send(OpenShiftDocument, { input: openingOf(day, this.code) });
    if (!this.accepted(`a shift on ${day.businessDate}`, openShift)) return;
    for (const sale of day.sales) {
      const { recordSale } = await this.send(RecordSaleDocument, { input: saleInput(sale, day) });
      this.note(sale, recordSale);
    }
    const { closeShift } = await this.send(CloseShiftDocument, { input: closingOf(day, this.code) });
    if (this.accepted(`closing the shift of ${day.businessDate}`, closeShift)) this.shifts += 1;
  }

  /** Sends a mutation again until a server answers: with the same UUID, it takes effect once. */
  private async send<Data, Variables extends Record<string, unknown>>(
    document: TypedDocumentNode<Data, Variables>,
    variables: NoInfer<Variables>,
  ): Promise<Data> {
    const until = performance.now() + PATIENCE;
    for (;;) {
      try {
        return await this.client.request(document, variables);
      } catch (error) {
        if (!(error instanceof Unreachable) || performance.now() > until) throw error;
        await delay(RETRY_AFTER);
      }
    }
  }

  private note(order: DemoOrder, answer: CreateOrderMutation['createOrder'] | RecordSaleMutation['recordSale']): void {
    const recorded = this.accepted(`order ${order.uuid}`, answer);
    if (recorded) this.recorded.set(recorded.uuid, order);
    this.onChange();
  }

  /** What a mutation returned; undefined if it was refused, which is noted. */
  private accepted<Result extends { __typename: string }>(what: string, answer: Result | null) {
    try {
      return orRefused(answer);
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      this.refused.push(`${what} was refused: ${error.message} [${error.code}]`);
      return undefined;
    }
  }

  /** Resolves when every created customer has its account ID; rejects if nothing arrives for `patience` ms. */
  async complete(patience: number): Promise<void> {
    while ([...this.created.keys()].some((uuid) => !this.received.has(uuid))) {
      await new Promise<void>((resolve, reject) => {
        const timer = setTimeout(
          () => reject(new Error(`${this.code} received nothing for ${patience / 1_000} s`)),
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
    this.stopped = true;
    this.feed.stop();
  }

  private subscribe() {
    return this.client.subscribe(AccountIdsSyncedDocument, { channel: this.code, after: this.cursor });
  }

  /**
   * The sequence rule: apply the next number, ignore older ones, and report a gap. While the database does not answer, it subscribes again,
   * from where it was.
   */
  private async listen(): Promise<void> {
    let until = performance.now() + PATIENCE;
    while (!this.stopped) {
      try {
        for await (const { accountIdsSynced } of this.feed) {
          for (const { sequence, uuid, accountId } of accountIdsSynced.customers) {
            if (sequence <= this.last) continue;
            if (sequence > this.last + 1) this.broken.push(`gap before ${sequence}`);
            if (this.received.has(uuid)) this.broken.push(`${uuid} arrived twice`);
            this.last = sequence;
            this.received.set(uuid, { accountId, at: performance.now() });
          }
          this.cursor = accountIdsSynced.cursor;
          until = performance.now() + PATIENCE;
          this.onChange();
          this.heard();
        }
        return;
      } catch (error) {
        const isAway = error instanceof Refused && error.code === 'DATABASE_UNAVAILABLE';
        if (!isAway || performance.now() > until) {
          this.broken.push(String(error));
          this.heard();
          return;
        }
        await delay(RETRY_AFTER);
        this.feed = this.subscribe();
      }
    }
  }
}
