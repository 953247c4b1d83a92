import type {
  ChannelType,
  CountShiftInput,
  CreateOrderInput,
  OpenShiftInput,
  RecordSaleInput,
} from '../../schema/operations.ts';
import type { TransactionKind } from '../data/transaction-facts.ts';
import { decimalOf } from '../domain/money.ts';
import { namedUuid, type WorksOrder, worksCurrency } from './adventure-works.ts';

/*
 * How a channel records the orders of Adventure Works. Everything is derived from the order, so repeating it records nothing new.
 */

/** Cash in a register in the morning, in cents. */
export const STARTING_CASH = 10_000;
/** Amount in cents from which customers pay by card. */
const CARD_FROM = 10_000;

export interface DemoOrder extends WorksOrder {
  kind: TransactionKind;
}

/** A shift: one business date at one register, with its sales. */
export interface TillDay {
  uuid: string;
  register: string;
  businessDate: string;
  sales: DemoOrder[];
}

/** Online stores and call centers take orders; in a retail store, two of three buyers pay at the register and take the goods home. */
export function kindOf({ uuid }: WorksOrder, type: ChannelType): TransactionKind {
  if (type === 'ONLINE_STORE') return 'ONLINE_ORDER';
  if (type === 'CALL_CENTER') return 'CUSTOMER_ORDER';
  return Number(`0x${uuid.slice(-4)}`) % 3 === 0 ? 'CUSTOMER_ORDER' : 'CASH_AND_CARRY';
}

/** The sales of a channel by day. The registers take turns. */
export function tillDays(channel: string, orders: DemoOrder[], registers: string[]): TillDay[] {
  const days = new Map<string, TillDay>();
  for (const sale of orders) {
    if (sale.kind !== 'CASH_AND_CARRY') continue;
    const register = registers[days.size % registers.length]!;
    const day = days.get(sale.businessDate) ?? {
      uuid: namedUuid(`shift of ${channel} on ${sale.businessDate} at ${register}`),
      register,
      businessDate: sale.businessDate,
      sales: [],
    };
    days.set(sale.businessDate, day);
    day.sales.push(sale);
  }
  return [...days.values()];
}

export const orderInput = (order: DemoOrder): CreateOrderInput => ({
  ...partsOf(order),
  kind: order.kind === 'ONLINE_ORDER' ? 'ONLINE_ORDER' : 'CUSTOMER_ORDER',
  customerUuid: order.customerUuid,
  deliveryAddressUuid: order.addressUuid,
  businessDate: order.businessDate,
  payments: [{ tender: order.kind === 'ONLINE_ORDER' ? 'ONLINE' : 'CARD', amount: dollars(order.total) }],
});

export const saleInput = (sale: DemoOrder, { uuid }: TillDay): RecordSaleInput => ({
  ...partsOf(sale),
  customerUuid: sale.customerUuid,
  shiftUuid: uuid,
  payments: [{ tender: tenderOf(sale), amount: dollars(sale.total) }],
});

export const openingOf = ({ uuid, register, businessDate }: TillDay, channel: string): OpenShiftInput => ({
  channel,
  uuid,
  register,
  businessDate,
  currency: worksCurrency,
  starting: [{ tender: 'CASH', amount: dollars(STARTING_CASH) }],
});

/** The evening count: exactly the starting cash plus the payments. */
export function closingOf({ uuid, sales }: TillDay, channel: string): CountShiftInput {
  const paidWith = (tender: string) =>
    sales.filter((sale) => tenderOf(sale) === tender).reduce((sum, { total }) => sum + total, 0);
  return {
    shift: { uuid },
    channel,
    counts: [
      { tender: 'CASH', amount: dollars(STARTING_CASH + paidWith('CASH')) },
      { tender: 'CARD', amount: dollars(paidWith('CARD')) },
    ],
  };
}

const partsOf = ({ uuid, channel, lines, total }: DemoOrder) => ({
  uuid,
  channel,
  currency: worksCurrency,
  lines,
  total: dollars(total),
});

const tenderOf = ({ total }: DemoOrder) => (total < CARD_FROM ? 'CASH' : 'CARD');

export const dollars = (cents: number): string => decimalOf(cents, worksCurrency);
