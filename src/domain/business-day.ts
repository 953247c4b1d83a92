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
