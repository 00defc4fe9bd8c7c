import { knownZone, localClock } from "../lib/zone";
import { type Language, LOCALES } from "./translate";

export type Formats = {
  /** A reading: no decimals from 100 up, one below. */
  number: (value: number) => string;
  integer: (value: number) => string;
  /** A share of 0 to 1 in whole per cent; never rounded up to all of it. */
  percent: (share: number) => string;
  /** A length of time in its largest whole unit. */
  duration: (seconds: number) => string;
  /** "il y a 5 min"; null when less than a minute ago. */
  ago: (seconds: number) => string | null;
  /** Clock time in a zone with the zone's short name; the date too where it is not `now`'s day there. */
  moment: (instant: number, zone: string, now: number) => string;
  /** Clock time in a zone, with the day of the week where it is not `near`'s day there. */
  hour: (instant: number, zone: string, near: number) => string;
  /** Date and clock time, without the zone's name. */
  full: (instant: number, zone: string) => string;
  day: (instant: number, zone: string) => string;
  clock: (instant: number, zone: string) => string;
  /** "Europe/Paris (UTC+1)". */
  zone: (zone: string, instant: number) => string;
};

const STEPS: readonly [Intl.RelativeTimeFormatUnit, number][] = [
  ["day", 86_400],
  ["hour", 3_600],
  ["minute", 60],
];

/** Numbers and times as people of a language write them. */
export function formats(language: Language): Formats {
  const locale = LOCALES[language];
  const decimal = new Intl.NumberFormat(locale, { maximumFractionDigits: 1 });
  const whole = new Intl.NumberFormat(locale, { maximumFractionDigits: 0 });
  const relative = new Intl.RelativeTimeFormat(locale, { style: "short", numeric: "always" });
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

  return {
    number: (value) => (Math.abs(value) >= 100 ? whole : decimal).format(value),
    integer: (value) => whole.format(value),
    percent: (share) => percent.format(share < 1 ? Math.min(share, 0.99) : share),
    duration: (seconds) => {
      const [unit, size] = STEPS.find(([, step]) => seconds >= step) ?? ["second", 1];
      return length(unit).format(Math.floor(seconds / size));
    },
    ago: (seconds) => {
      for (const [unit, size] of STEPS) {
        if (seconds >= size) return relative.format(-Math.floor(seconds / size), unit);
      }
      return null;
    },
    moment: (instant, zone, now) => {
      const local = knownZone(zone);
      const sameDay = localClock(instant, local).day === localClock(now, local).day;
      return dateFormat(zone, { ...(sameDay ? {} : date), ...time, timeZoneName: "short" }).format(instant);
    },
    hour: (instant, zone, near) => {
      const local = knownZone(zone);
      const sameDay = localClock(instant, local).day === localClock(near, local).day;
      return dateFormat(zone, { ...(sameDay ? {} : { weekday: "short" }), ...time }).format(instant);
    },
    full: (instant, zone) => dateFormat(zone, { ...date, ...time }).format(instant),
    day: (instant, zone) => dateFormat(zone, { day: "numeric", month: "short" }).format(instant),
    clock: (instant, zone) => dateFormat(zone, time).format(instant),
    zone: (zone, instant) => {
      const local = knownZone(zone);
      const name = dateFormat(zone, { timeZoneName: "short" })
        .formatToParts(instant)
        .find(({ type }) => type === "timeZoneName")?.value;
      return name === undefined || name === local ? local : `${local} (${name})`;
    },
  };
}
