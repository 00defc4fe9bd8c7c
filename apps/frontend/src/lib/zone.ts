/** The zone if this browser supports it, else UTC, so that an invalid zone in the data does not break the page. */
export function knownZone(zone: string): string {
  try {
    new Intl.DateTimeFormat("en", { timeZone: zone });
    return zone;
  } catch {
    return "UTC";
  }
}

/** The time zone of this browser. */
export function browserZone(): string {
  return Intl.DateTimeFormat().resolvedOptions().timeZone;
}

const partsFormats = new Map<string, Intl.DateTimeFormat>();

/** Hour of the day (0–23), day (YYYY-MM-DD) and year of a moment in the local time of the zone. */
export function localClock(instant: number, zone: string): { hour: number; day: string; year: string } {
  let format = partsFormats.get(zone);
  if (format === undefined) {
    format = new Intl.DateTimeFormat("en-CA", {
      timeZone: zone,
      hourCycle: "h23",
      year: "numeric",
      month: "2-digit",
      day: "2-digit",
      hour: "2-digit",
    });
    partsFormats.set(zone, format);
  }
  const parts = Object.fromEntries(format.formatToParts(instant).map(({ type, value }) => [type, value]));
  const year = parts["year"] ?? "";
  return { hour: Number(parts["hour"]), day: `${year}-${parts["month"]}-${parts["day"]}`, year };
}

const MINUTE_MS = 60_000;
/** More than the greatest offset from UTC, which is 14 h. */
const GREATEST_OFFSET_MINUTES = 15 * 60;

/**
 * The moment, in ms since the epoch, at which the day (YYYY-MM-DD) ends in the zone: the first minute of a later day.
 * A clock change may skip or repeat midnight, so this searches for the day instead of for 0:00.
 */
export function dayEnd(day: string, zone: string): number {
  const midnight = Date.parse(`${day}T00:00:00Z`) + 86_400_000;
  let during = -GREATEST_OFFSET_MINUTES;
  let ended = GREATEST_OFFSET_MINUTES;
  while (ended - during > 1) {
    const middle = Math.floor((during + ended) / 2);
    if (localClock(midnight + middle * MINUTE_MS, zone).day > day) ended = middle;
    else during = middle;
  }
  return midnight + ended * MINUTE_MS;
}

/** The day (YYYY-MM-DD) `days` after another. */
export function addDays(day: string, days: number): string {
  return new Date(Date.parse(`${day}T00:00:00Z`) + days * 86_400_000).toISOString().slice(0, 10);
}

/** Whether a text is an existing day in the form YYYY-MM-DD. */
export function isDay(text: string): boolean {
  return /^\d{4}-\d{2}-\d{2}$/.test(text) && !Number.isNaN(Date.parse(text)) && addDays(text, 0) === text;
}
