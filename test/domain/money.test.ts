import { expect, test } from 'vitest';
import {
  decimalOf,
  MOST,
  minorDigits,
  minorUnits,
  quantityOf,
  thousandths,
  timesQuantity,
} from '../../src/domain/money.ts';

test('a currency has the digits that ISO 4217 gives it', () => {
  expect(['USD', 'EUR', 'JPY', 'KWD'].map(minorDigits)).toEqual([2, 2, 0, 3]);
});

test.each([
  ['699.10', 'USD', 69_910],
  ['0.07', 'USD', 7],
  ['-0.5', 'USD', -50],
  ['12', 'USD', 1_200],
  ['1.100000000', 'USD', 110],
  ['500', 'JPY', 500],
  ['500.000', 'JPY', 500],
  ['1.234', 'KWD', 1_234],
  ['10000000000.00', 'USD', MOST],
])('%s %s is %i minor units', (text, currency, minor) => {
  expect(minorUnits(text, currency)).toBe(minor);
});

test.each([
  ['0.001', 'USD'],
  ['1.5', 'JPY'],
  ['1.2345', 'KWD'],
  ['10000000000.01', 'USD'],
  ['1e3', 'USD'],
  ['1,5', 'USD'],
  ['.5', 'USD'],
  ['', 'USD'],
  ['NaN', 'USD'],
])('%s is no amount in %s', (text, currency) => {
  expect(minorUnits(text, currency)).toBeUndefined();
});

test('nothing below zero is minus zero', () => {
  expect(Object.is(minorUnits('-0.00', 'USD'), 0)).toBe(true);
});

test.each([
  [69_910, 'USD', '699.10'],
  [7, 'USD', '0.07'],
  [-7, 'USD', '-0.07'],
  [0, 'USD', '0.00'],
  [500, 'JPY', '500'],
  [-1, 'KWD', '-0.001'],
  [MOST, 'USD', '10000000000.00'],
])('%i minor units of %s read %s', (minor, currency, text) => {
  expect(decimalOf(minor, currency)).toBe(text);
  expect(minorUnits(text, currency)).toBe(minor);
});

test('a quantity is a whole number of thousandths', () => {
  expect(['1', '1.5', '0.125', '-2', '1000'].map(thousandths)).toEqual([1_000, 1_500, 125, -2_000, 1_000_000]);
  expect(thousandths('0.0001')).toBeUndefined();
  expect([1_000, 1_500, 125, -2_000, 1_000_000, 0].map(quantityOf)).toEqual(['1', '1.5', '0.125', '-2', '1000', '0']);
});

test('price times quantity is rounded half away from zero, and exact beyond what a float holds', () => {
  expect(timesQuantity(333, 1_500)).toBe(500);
  expect(timesQuantity(333, -1_500)).toBe(-500);
  expect(timesQuantity(1, 499)).toBe(0);
  expect(timesQuantity(1, 500)).toBe(1);
  expect(timesQuantity(1, -500)).toBe(-1);
  expect(timesQuantity(999_999_999_999, 1_001)).toBe(1_000_999_999_999);
});
