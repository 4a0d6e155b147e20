/**
 * Times. An instant is shown in the viewer's zone, with UTC beside it on request; a day of the
 * database is a day in UTC, and is never shifted into another zone.
 */

type Parts = Intl.DateTimeFormatOptions;
const local = (parts: Parts) => new Intl.DateTimeFormat(undefined, parts);

const clock = local({ hour: "2-digit", minute: "2-digit", second: "2-digit" });
const stamp = local({ month: "short", day: "numeric", hour: "2-digit", minute: "2-digit" });
const utcDay = local({
  timeZone: "UTC",
  weekday: "short",
  month: "short",
  day: "numeric",
  year: "numeric",
});
const utcDayShort = local({ timeZone: "UTC", month: "short", day: "numeric" });
const weekdayLong = local({ timeZone: "UTC", weekday: "long" });
const weekdayShort = local({ timeZone: "UTC", weekday: "short" });
const hourOfDay = local({ timeZone: "UTC", hour: "2-digit", minute: "2-digit" });

export const viewerZone = (): string => Intl.DateTimeFormat().resolvedOptions().timeZone;

export const localClock = (time: Date): string => clock.format(time);
export const localTime = (time: Date): string => stamp.format(time);

/** 2026-03-01 14:05:09 UTC */
export const utcTime = (time: Date): string =>
  `${time.toISOString().slice(0, 19).replace("T", " ")} UTC`;

/** A day that starts at `seconds` since 1970. */
export const day = (seconds: number): string => utcDay.format(seconds * 1000);
export const shortDay = (seconds: number): string => utcDayShort.format(seconds * 1000);

// 1970-01-04 was a Sunday.
const onWeekday = (dow: number) => Date.UTC(1970, 0, 4 + dow);
export const weekday = (dow: number): string => weekdayLong.format(onWeekday(dow));
export const shortWeekday = (dow: number): string => weekdayShort.format(onWeekday(dow));
export const hour = (h: number): string => hourOfDay.format(Date.UTC(1970, 0, 4, h));
