const formats = new Map<string, Intl.DateTimeFormat>();

/** The date in a time zone at an instant, as `2026-11-22`. */
export function dayIn(timeZone: string, at: string): string {
  let format = formats.get(timeZone);
  if (!format) {
    format = new Intl.DateTimeFormat('en-CA', { timeZone, year: 'numeric', month: '2-digit', day: '2-digit' });
    formats.set(timeZone, format);
  }
  return format.format(new Date(at));
}

/** The date at UTC+14, where each day begins first. No later day has begun anywhere. */
export const latestDay = (at: string): string => new Date(Date.parse(at) + 14 * 3_600_000).toISOString().slice(0, 10);

/** The first and last date allowed, as `2026-11-22`. */
interface Days {
  earliest: string;
  latest: string;
}

/** Dates of birth: from 1900 to today. */
export const birthDays = (at: string): Days => ({ earliest: '1900-01-01', latest: latestDay(at) });

/**
 * Business dates: from 2000, to allow for history, to today. The first day is fixed, so that what a channel accepted is not too old when it
 * reaches headquarters.
 */
export const businessDays = (today: string): Days => ({ earliest: '2000-01-01', latest: today });

/** The rule for all dates that are entered or uploaded. */
export function outside(day: string, { earliest, latest }: Days): string | undefined {
  if (day > latest) return `must not be after today, which is ${latest}`;
  return day < earliest ? `must not be before ${earliest}` : undefined;
}
