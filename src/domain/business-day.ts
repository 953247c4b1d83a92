const formats = new Map<string, Intl.DateTimeFormat>();

/** The day that it is in a time zone at an instant, as `2026-11-22`. */
export function dayIn(timeZone: string, at: string): string {
  let format = formats.get(timeZone);
  if (!format) {
    format = new Intl.DateTimeFormat('en-CA', { timeZone, year: 'numeric', month: '2-digit', day: '2-digit' });
    formats.set(timeZone, format);
  }
  return format.format(new Date(at));
}

/** The day that it is where the day begins first, at UTC+14: a later one has not begun anywhere. */
export const latestDay = (at: string): string => new Date(Date.parse(at) + 14 * 3_600_000).toISOString().slice(0, 10);

/** The days that a date may be, both included, as `2026-11-22`. */
interface Days {
  earliest: string;
  latest: string;
}

/** Dates of birth: nobody who was born before 1900 shops, and nobody is born tomorrow. */
export const birthDays = (at: string): Days => ({ earliest: '1900-01-01', latest: latestDay(at) });

/**
 * Dates of business: the books take what was sold up to today, and history from 2000 on. The first day is fixed, so that what a channel has
 * taken is not too old when it reaches headquarters.
 */
export const businessDays = (today: string): Days => ({ earliest: '2000-01-01', latest: today });

/** The rule of all dates that are entered or uploaded. */
export function outside(day: string, { earliest, latest }: Days): string | undefined {
  if (day > latest) return `must not be after today, which is ${latest}`;
  return day < earliest ? `must not be before ${earliest}` : undefined;
}
