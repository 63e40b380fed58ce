// How a point in time is written: "Today, 09:14" when near, the date when further away.

const midnight = (date: Date): number => Date.UTC(date.getFullYear(), date.getMonth(), date.getDate());
const daysFrom = (now: Date, moment: Date): number => Math.round((midnight(moment) - midnight(now)) / 86_400_000);

/** Day and minute in the reader's language and time zone; today and yesterday by name. Takes ISO 8601. */
export function formatMoment(iso: string, language: string, now: Date): string {
  const moment = new Date(iso);
  if (Number.isNaN(moment.getTime())) return iso;
  const days = daysFrom(now, moment);
  if (days !== 0 && days !== -1) return new Intl.DateTimeFormat(language, { dateStyle: "medium", timeStyle: "short" }).format(moment);
  const day = new Intl.RelativeTimeFormat(language, { numeric: "auto" }).format(days, "day");
  const time = new Intl.DateTimeFormat(language, { timeStyle: "short" }).format(moment);
  return `${day.charAt(0).toLocaleUpperCase(language)}${day.slice(1)}, ${time}`;
}

/** The time of the day to the second, in the reader's language and time zone. Takes ISO 8601. */
export function formatTime(iso: string, language: string): string {
  const moment = new Date(iso);
  return Number.isNaN(moment.getTime()) ? iso : new Intl.DateTimeFormat(language, { timeStyle: "medium" }).format(moment);
}

/** The day alone. Takes ISO 8601. */
export function formatDay(iso: string, language: string): string {
  const moment = new Date(iso);
  return Number.isNaN(moment.getTime()) ? iso : new Intl.DateTimeFormat(language, { dateStyle: "long" }).format(moment);
}

/** How many days ago it was, in words: "today", "yesterday", "12 days ago". Takes ISO 8601. */
export function formatAge(iso: string, language: string, now: Date): string {
  const moment = new Date(iso);
  return Number.isNaN(moment.getTime()) ? iso : new Intl.RelativeTimeFormat(language, { numeric: "auto" }).format(daysFrom(now, moment), "day");
}
