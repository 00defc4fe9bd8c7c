import { dayEnd } from "../../../lib/zone";
import type { TimeWindow } from "../api/client";
import type { Pollutant, Predictions } from "../api/schemas";
import { hoursOf, type Period } from "./hours";

export const CHART_REFRESH_MS = 30_000;
const HOUR_MS = 3_600_000;

export type HistoryProps = {
  stationId: string;
  zone: string;
  period: Period;
  /** Last day of the period in the zone (YYYY-MM-DD); null for the hours up to now. */
  until: string | null;
  pollutant: Pollutant;
  /** °C that the station's µg/m³ of gases refer to. */
  reference: number;
  predictions: Predictions | null;
};

/** The end of a period: the end of its last day, or now. */
export function endOf(until: string | null, zone: string, now: number): number {
  return until === null ? now : dayEnd(until, zone) - 1;
}

/** The window of a period whose last hour is that of `end`. */
export function windowOf(period: Period, end: number): TimeWindow {
  const hours = hoursOf(period, end);
  return { from: hours[0] ?? end, to: (hours.at(-1) ?? end) + HOUR_MS };
}

/** Start of the hour of a moment, in ms since the epoch. */
export function lastHourOf(moment: number): number {
  return Math.floor(moment / HOUR_MS) * HOUR_MS;
}
