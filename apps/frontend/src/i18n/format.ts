import { knownZone, localClock } from "../time/zone";
import { type Language, LOCALES } from "./translate";

export type Formats = {
  /** A reading: no decimals from 100 up, one below. */
  number: (value: number) => string;
  integer: (value: number) => string;
  /** "il y a 5 min"; null when less than a minute ago. */
  ago: (seconds: number) => string | null;
  /** Clock time in a zone with the zone's short name; the date too where it is not `now`'s day there. */
  moment: (instant: number, zone: string, now: number) => string;
  /** Date and clock time, without the zone's name. */
  full: (instant: number, zone: string) => string;
  day: (instant: number, zone: string) => string;
  clock: (instant: number, zone: string) => string;
  /** "Africa/Abidjan (UTC)". */
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
