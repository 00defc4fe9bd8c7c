/** The zone if this browser knows it, else UTC: a mistyped zone in the data must not blank the page. */
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

/** Hour of the day (0–23), day (YYYY-MM-DD) and year of a moment as a clock in the zone shows it. */
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
