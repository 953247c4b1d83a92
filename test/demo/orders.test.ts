import { expect, test } from 'vitest';
import { readAdventureWorks } from '../../src/demo/adventure-works.ts';
import { closingOf, type DemoOrder, kindOf, openingOf, saleInput, tillDays } from '../../src/demo/orders.ts';

const works = readAdventureWorks();
const types = new Map(works.channels.map(({ code, type }) => [code, type]));
const orders = works.orders.map((order): DemoOrder => ({ ...order, kind: kindOf(order, types.get(order.channel)!) }));
const southwest = orders.filter(({ channel }) => channel === 'southwest');

test('Adventure Works has 13,325 orders of 15,729,129.33 dollars, each with an identity of its own', () => {
  expect(new Set(orders.map(({ uuid }) => uuid)).size).toBe(13_325);
  expect(orders.reduce((sum, { total }) => sum + total, 0)).toBe(1_572_912_933);
});

test('only stores sell over the counter, and they take orders too', () => {
  const of = (type: string) =>
    new Set(orders.filter(({ channel }) => types.get(channel) === type).map(({ kind }) => kind));
  expect(of('RETAIL_STORE')).toEqual(new Set(['CASH_AND_CARRY', 'CUSTOMER_ORDER']));
  expect(of('CALL_CENTER')).toEqual(new Set(['CUSTOMER_ORDER']));
  expect(of('ONLINE_STORE')).toEqual(new Set(['ONLINE_ORDER']));
});

test('each business day of a store is one shift at one till, with exactly the sales of that day', () => {
  const days = tillDays('southwest', southwest, ['one', 'two']);
  expect(new Set(days.map(({ uuid }) => uuid)).size).toBe(days.length);
  expect(new Set(days.map(({ businessDate }) => businessDate)).size).toBe(days.length);
  for (const { businessDate, sales } of days)
    expect(sales).toEqual(
      southwest.filter((order) => order.kind === 'CASH_AND_CARRY' && order.businessDate === businessDate),
    );
});

test('what is counted in the evening is what the till began with and what was paid into it', () => {
  const cents = (amount: string) => Number(amount.replace('.', ''));
  for (const day of tillDays('southwest', southwest, ['one'])) {
    const began = openingOf(day, 'southwest').starting!.map(({ amount }) => cents(amount));
    const paid = day.sales.flatMap((sale) => saleInput(sale, day).payments!.map(({ amount }) => cents(amount)));
    const counted = closingOf(day, 'southwest').counts!.map(({ amount }) => cents(amount));
    expect(sum(counted)).toBe(sum(began) + sum(paid));
  }
});

const sum = (all: number[]) => all.reduce((total, one) => total + one, 0);
