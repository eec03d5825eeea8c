/** Dates of HTTP (RFC 9110, 5.6.7): written in one form, read in three, to the second. */

const months = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];
const days = '(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun)';
const longDays = '(?:Monday|Tuesday|Wednesday|Thursday|Friday|Saturday|Sunday)';
const month = `(?<month>${months.join('|')})`;
const time = '(?<hour>\\d\\d):(?<minute>\\d\\d):(?<second>\\d\\d)';

const forms: readonly RegExp[] = [
  new RegExp(`^${days}, (?<day>\\d\\d) ${month} (?<year>\\d{4}) ${time} GMT$`),
  new RegExp(`^${longDays}, (?<day>\\d\\d)-${month}-(?<year>\\d\\d) ${time} GMT$`),
  new RegExp(`^${days} ${month} (?<day>[ \\d]\\d) ${time} (?<year>\\d{4})$`),
];

/** @param ms since 1970; what is below a second is cut off */
export const httpDate = (ms: number): string => new Date(ms).toUTCString();

/**
 * @param now a year of two digits is not taken to be more than 50 years ahead of it
 * @returns milliseconds since 1970; undefined when it is no date
 */
export function parseHttpDate(text: string, now: number): number | undefined {
  for (const form of forms) {
    const parts = form.exec(text)?.groups;
    if (parts !== undefined) return msOf(parts, now);
  }
  return undefined;
}

function msOf(parts: Readonly<Record<string, string>>, now: number): number | undefined {
  const at = (name: string): number => Number(parts[name]);
  const year = parts['year']?.length === 2 ? fullYear(at('year'), now) : at('year');
  const monthAt = months.indexOf(parts['month'] ?? '');
  // A leap second is the first of the next minute.
  const inTime = at('hour') <= 23 && at('minute') <= 59 && at('second') <= 60;
  const ms = Date.UTC(year, monthAt, at('day'), at('hour'), at('minute'), at('second'));
  const isDay = new Date(Date.UTC(year, monthAt, at('day'))).getUTCDate() === at('day');
  // `Date.UTC` takes years below 100 for those of the last century.
  return inTime && isDay && year >= 100 ? ms : undefined;
}

function fullYear(short: number, now: number): number {
  const thisYear = new Date(now).getUTCFullYear();
  const year = thisYear - (thisYear % 100) + short;
  return year > thisYear + 50 ? year - 100 : year;
}
