import { knownZone, localClock } from "../lib/zone";
import { type Language, LOCALES } from "./translate";

export type Formats = {
  /** A reading: no decimals from 100 up, one below. */
  number: (value: number) => string;
  integer: (value: number) => string;
  /** A constant with all its decimals, four at most. */
  exact: (value: number) => string;
  /** A share of 0 to 1 in whole per cent. A share below 1 is never rounded up to 100 %. */
  percent: (share: number) => string;
  /** A length of time in its largest whole unit. */
  duration: (seconds: number) => string;
  /** "il y a 5 min"; null when less than a minute ago. */
  ago: (seconds: number) => string | null;
  /** Clock time in a zone, with the zone's name; with the date unless it is the day of `now`, and with the year unless it is the current one. */
  moment: (instant: number, zone: string, now: number) => string;
  /** Date and clock time in a zone, with the zone's name; with the year unless it is that of `now`. */
  dated: (instant: number, zone: string, now: number) => string;
  /** Clock time in a zone, with the day of the week unless it is the day of `near` in that zone. */
  hour: (instant: number, zone: string, near: number) => string;
  /** Date and clock time, without the zone's name; with the year unless it is that of `now`. */
  full: (instant: number, zone: string, now: number) => string;
  /** Date with its year. */
  date: (instant: number, zone: string) => string;
  day: (instant: number, zone: string) => string;
  clock: (instant: number, zone: string) => string;
  /** "Europe/Paris (UTC+1)". */
  zone: (zone: string, instant: number) => string;
};

const DAY_SECONDS = 86_400;
/** Units of time with their length in seconds; for months and years the mean length. */
const STEPS: readonly ["year" | "month" | "day" | "hour" | "minute", number][] = [
  ["year", 31_556_952],
  ["month", 2_629_746],
  ["day", DAY_SECONDS],
  ["hour", 3_600],
  ["minute", 60],
];

/** The offset of a zone as `UTC`, `UTC+8` or `UTC−3:30`, the same in every language. */
function zoneName(instant: number, zone: string): string {
  const name = new Intl.DateTimeFormat("en", { timeZone: knownZone(zone), timeZoneName: "longOffset" })
    .formatToParts(instant)
    .find(({ type }) => type === "timeZoneName")?.value;
  const [, sign, hours, minutes] = /([+-])(\d\d):(\d\d)/.exec(name ?? "") ?? [];
  if (hours === undefined || `${hours}${minutes}` === "0000") return "UTC";
  return `UTC${sign === "-" ? "−" : "+"}${Number(hours)}${minutes === "00" ? "" : `:${minutes}`}`;
}

/** Formats of numbers and times in a language. */
export function formats(language: Language): Formats {
  const locale = LOCALES[language];
  const decimal = new Intl.NumberFormat(locale, { maximumFractionDigits: 1 });
  const constant = new Intl.NumberFormat(locale, { maximumFractionDigits: 4 });
  const whole = new Intl.NumberFormat(locale, { maximumFractionDigits: 0 });
  // French abbreviates "ans" to "a", which few readers understand, so units from a day on are written in full.
  const brief = new Intl.RelativeTimeFormat(locale, { style: "short", numeric: "always" });
  const inFull = new Intl.RelativeTimeFormat(locale, { style: "long", numeric: "always" });
  const percent = new Intl.NumberFormat(locale, { style: "percent", maximumFractionDigits: 0 });
  const length = (unit: string) =>
    new Intl.NumberFormat(locale, { style: "unit", unit, unitDisplay: "short", maximumFractionDigits: 0 });
  const cache = new Map<string, Intl.DateTimeFormat>();

  const dateFormat = (zone: string, options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat => {
    const key = `${zone} ${JSON.stringify(options)}`;
    const known = cache.get(key);
    if (known !== undefined) return known;
    const made = new Intl.DateTimeFormat(locale, { ...options, hourCycle: "h23", timeZone: knownZone(zone) });
    cache.set(key, made);
    return made;
  };
  const time = { hour: "2-digit", minute: "2-digit" } as const;
  const date = { weekday: "short", day: "numeric", month: "short" } as const;
  const sameDay = (one: number, zone: string, other: number): boolean =>
    localClock(one, knownZone(zone)).day === localClock(other, knownZone(zone)).day;
  const dateNear = (instant: number, zone: string, now: number): Intl.DateTimeFormatOptions => {
    const local = knownZone(zone);
    return localClock(instant, local).year === localClock(now, local).year
      ? date
      : { ...date, year: "numeric" };
  };

  return {
    number: (value) => (Math.abs(value) >= 100 ? whole : decimal).format(value),
    integer: (value) => whole.format(value),
    exact: (value) => constant.format(value),
    percent: (share) => percent.format(share < 1 ? Math.min(share, 0.99) : share),
    duration: (seconds) => {
      const [unit, size] = STEPS.find(([, step]) => seconds >= step) ?? ["second", 1];
      return length(unit).format(Math.floor(seconds / size));
    },
    ago: (seconds) => {
      for (const [unit, size] of STEPS) {
        const words = size >= DAY_SECONDS ? inFull : brief;
        if (seconds >= size) return words.format(-Math.floor(seconds / size), unit);
      }
      return null;
    },
    moment: (instant, zone, now) => {
      const shown = sameDay(instant, zone, now) ? time : { ...dateNear(instant, zone, now), ...time };
      return `${dateFormat(zone, shown).format(instant)} ${zoneName(instant, zone)}`;
    },
    dated: (instant, zone, now) =>
      `${dateFormat(zone, { ...dateNear(instant, zone, now), ...time }).format(instant)} ${zoneName(instant, zone)}`,
    hour: (instant, zone, near) => {
      const shown = sameDay(instant, zone, near) ? time : ({ weekday: "short", ...time } as const);
      return dateFormat(zone, shown).format(instant);
    },
    full: (instant, zone, now) =>
      dateFormat(zone, { ...dateNear(instant, zone, now), ...time }).format(instant),
    date: (instant, zone) =>
      dateFormat(zone, { day: "numeric", month: "short", year: "numeric" }).format(instant),
    day: (instant, zone) => dateFormat(zone, { day: "numeric", month: "short" }).format(instant),
    clock: (instant, zone) => dateFormat(zone, time).format(instant),
    zone: (zone, instant) => {
      const local = knownZone(zone);
      const name = zoneName(instant, zone);
      return name === local ? local : `${local} (${name})`;
    },
  };
}
