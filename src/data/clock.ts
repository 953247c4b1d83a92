/*
 * Times that this system sets ahead, compared with its clock. A clock that jumped ahead and back leaves times that lie further ahead than
 * anything is ever set; what waits for one of them would be stuck until the clock gets there. So such a time counts as past.
 */

/** The longest pause, in ms, before anything is tried again. */
export const LONGEST_PAUSE = 64_000;

/** A time and `ms` after it; before it if negative. */
export const later = (at: string, ms: number): string => new Date(Date.parse(at) + ms).toISOString();

/** No time that the current clock has set is later than this. Twice the longest, because the clocks of servers differ. */
export const horizonOf = (now: string, longest: number): string => later(now, 2 * longest);

/** SQL: whether the time in a column has come. `now` and `horizon` are parameters. */
export const hasCome = (column: string, now: string, horizon: string): string =>
  `(${column} <= ${now} or ${column} > ${horizon})`;
