import type {
  ChannelType,
  CountShiftInput,
  CreateOrderInput,
  OpenShiftInput,
  RecordSaleInput,
  TransactionKind,
} from '../../schema/operations.ts';
import { decimalOf } from '../domain/money.ts';
import { type WorksOrder, worksCurrency } from './adventure-works.ts';
import { sameUuid } from './same-uuid.ts';

/*
 * How a channel records the orders of Adventure Works. Everything follows from the order, so that a repeat records nothing new.
 */

/** What is in a till in the morning, in cents. */
export const TILL_BEGINS_WITH = 10_000;
/** From this sum on, in cents, people pay by card. */
const CARD_FROM = 10_000;

export interface DemoOrder extends WorksOrder {
  kind: TransactionKind;
}

/** A shift: one business day at one register, with its sales. */
export interface TillDay {
  id: string;
  register: string;
  businessDate: string;
  sales: DemoOrder[];
}

/** Web shops and call centres take orders; in a store two of three buyers pay at the till and carry it home. */
export function kindOf({ id }: WorksOrder, type: ChannelType): TransactionKind {
  if (type === 'ONLINE_STORE') return 'ONLINE_ORDER';
  if (type === 'CALL_CENTER') return 'CUSTOMER_ORDER';
  return Number(`0x${id.slice(-4)}`) % 3 === 0 ? 'CUSTOMER_ORDER' : 'CASH_AND_CARRY';
}

/** The sales of a channel by day; the registers take the days in turn. */
export function tillDays(channel: string, orders: DemoOrder[], registers: string[]): TillDay[] {
  const days = new Map<string, TillDay>();
  for (const sale of orders) {
    if (sale.kind !== 'CASH_AND_CARRY') continue;
    const register = registers[days.size % registers.length]!;
    const day = days.get(sale.businessDate) ?? {
      id: sameUuid(`shift of ${channel} on ${sale.businessDate} at ${register}`),
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

export const saleInput = (sale: DemoOrder, { id }: TillDay): RecordSaleInput => ({
  ...partsOf(sale),
  customerUuid: sale.customerUuid,
  shiftUuid: id,
  payments: [{ tender: tenderOf(sale), amount: dollars(sale.total) }],
});

export const openingOf = ({ id, register, businessDate }: TillDay, channel: string): OpenShiftInput => ({
  channel,
  id,
  register,
  businessDate,
  currency: worksCurrency,
  starting: [{ tender: 'CASH', amount: dollars(TILL_BEGINS_WITH) }],
});

/** What is counted in the evening: exactly what was put in and paid. */
export function closingOf({ id, sales }: TillDay, channel: string): CountShiftInput {
  const paidWith = (tender: string) =>
    sales.filter((sale) => tenderOf(sale) === tender).reduce((sum, { total }) => sum + total, 0);
  return {
    channel,
    uuid: id,
    counts: [
      { tender: 'CASH', amount: dollars(TILL_BEGINS_WITH + paidWith('CASH')) },
      { tender: 'CARD', amount: dollars(paidWith('CARD')) },
    ],
  };
}

const partsOf = ({ id, channel, lines, total }: DemoOrder) => ({
  id,
  channel,
  currency: worksCurrency,
  lines,
  total: dollars(total),
});

const tenderOf = ({ total }: DemoOrder) => (total < CARD_FROM ? 'CASH' : 'CARD');

export const dollars = (cents: number): string => decimalOf(cents, worksCurrency);
