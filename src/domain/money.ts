/*
 * Money is a whole number of minor units (cents) of its currency, and a quantity a whole number of thousandths. Nothing is ever a fraction.
 * Both are plain numbers within ±MOST, so that sums of thousands of them stay exact; products go through BigInt.
 */

/** The largest amount, in minor units, and the largest quantity, in thousandths: one trillion. */
export const MOST = 1_000_000_000_000;

const THOUSANDTHS = 3;

const digits = new Map<string, number>();

/** Decimals of a currency (ISO 4217, according to CLDR): 2 for USD, 0 for JPY, 3 for KWD. */
export function minorDigits(currency: string): number {
  let known = digits.get(currency);
  if (known === undefined) {
    known = new Intl.NumberFormat('en', { style: 'currency', currency }).resolvedOptions().maximumFractionDigits ?? 2;
    digits.set(currency, known);
  }
  return known;
}

/** `12.50` in USD is 1250. Undefined if the text has more decimals than the currency, is too large, or is not a number. */
export const minorUnits = (amount: string, currency: string): number | undefined =>
  scaled(amount, minorDigits(currency));

/** 1250 in USD is `12.50`. */
export const decimalOf = (minor: number, currency: string): string => unscaled(minor, minorDigits(currency));

/** `1.5` is 1500. */
export const thousandths = (quantity: string): number | undefined => scaled(quantity, THOUSANDTHS);

/** 1500 is `1.5`. */
export const quantityOf = (value: number): string => {
  const text = unscaled(value, THOUSANDTHS);
  return text.replace(/\.?0+$/, '');
};

/** Price times quantity, rounded half away from zero to the minor unit, as tills do. */
export function timesQuantity(unitPrice: number, quantity: number): number {
  const product = BigInt(unitPrice) * BigInt(quantity);
  const half = product < 0n ? -500n : 500n;
  return Number((product + half) / 1000n);
}

function scaled(text: string, places: number): number | undefined {
  const match = /^(-?)(\d{1,15})(?:\.(\d{1,9}))?$/.exec(text);
  if (!match) return undefined;
  const [, sign, whole, fraction = ''] = match;
  const kept = fraction.replace(/0+$/, '');
  if (kept.length > places) return undefined;
  const value = Number(`${whole}${kept.padEnd(places, '0')}`);
  if (value > MOST) return undefined;
  return sign && value !== 0 ? -value : value;
}

function unscaled(value: number, places: number): string {
  const text = String(Math.abs(value)).padStart(places + 1, '0');
  const sign = value < 0 ? '-' : '';
  return places === 0 ? sign + text : `${sign}${text.slice(0, -places)}.${text.slice(-places)}`;
}
