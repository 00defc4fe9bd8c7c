import { localClock } from "../../../lib/zone";

const HOUR = 3_600_000;

export type Period = "24h" | "3d" | "7d" | "30d" | "90d";
export const PERIODS: readonly Period[] = ["24h", "3d", "7d", "30d", "90d"];
export const PERIOD_DAYS: Record<Period, number> = { "24h": 1, "3d": 3, "7d": 7, "30d": 30, "90d": 90 };

/** The hours of a period, oldest first, the hour of `end` last; each is the hour's start in ms since the epoch. */
export function hoursOf(period: Period, end: number): number[] {
  const last = Math.floor(end / HOUR) * HOUR;
  const count = PERIOD_DAYS[period] * 24;
  return Array.from({ length: count }, (_, position) => last - (count - 1 - position) * HOUR);
}

/** Longest period, in hours, whose axis shows clock times; longer ones show days. */
export const CLOCK_HOURS = 96;

/** Widths in CSS pixels: of a plot with room for many marks, and of half a mark's text. */
const WIDE_PLOT = 500;
const HALF_TICK_TEXT = 24;

/** Hours between two marks; a day of forecast may follow a period. */
function clockStep(hours: number, wide: boolean): number {
  if (hours <= 24) return wide ? 3 : 6;
  if (hours <= 48) return wide ? 6 : 12;
  if (hours <= CLOCK_HOURS) return wide ? 12 : 24;
  return 24;
}

/** Whether a day begins in this hour: a clock change may skip or repeat midnight. */
export function startsDay(instant: number, zone: string): boolean {
  return localClock(instant, zone).day > localClock(instant - HOUR, zone).day;
}

/** Whether the hour of the day is a later multiple of the step. */
function isFullStep(instant: number, zone: string, everyHours: number): boolean {
  const { hour } = localClock(instant, zone);
  return hour > 0 && hour % everyHours === 0;
}

/** Positions of the marks on the time axis: local midnights, or every few hours of a short period. */
export function axisTicks(hours: readonly number[], zone: string, plotWidth: number): number[] {
  const wide = plotWidth >= WIDE_PLOT;
  const everyHours = clockStep(hours.length, wide);
  // Half of the text of a mark at the very end would be cut off.
  const lastRoom = hours.length * (1 - HALF_TICK_TEXT / plotWidth);
  const ticks = hours.filter(
    (instant, position) =>
      position <= lastRoom &&
      (startsDay(instant, zone) || (everyHours < 24 && isFullStep(instant, zone, everyHours))),
  );
  const most = wide ? 12 : 5;
  const step = Math.ceil(ticks.length / most);
  return ticks.filter((_, position) => position % step === 0);
}

/** Assigns values to the hours of a window. An hour without a value is null, so that a chart shows the gap. */
export function onHours<T>(
  hours: readonly number[],
  items: readonly T[],
  at: (item: T) => string,
): (T | null)[] {
  const byHour = new Map<number, T>();
  for (const item of items) byHour.set(Math.floor(Date.parse(at(item)) / HOUR) * HOUR, item);
  return hours.map((hour) => byHour.get(hour) ?? null);
}
