import type { TimeWindow } from "../api/client";
import type { Pollutant, Predictions } from "../api/schemas";
import { hoursOf, type Period } from "./hours";

export const CHART_REFRESH_MS = 30_000;
const HOUR_MS = 3_600_000;

export type HistoryProps = {
  stationId: string;
  zone: string;
  period: Period;
  pollutant: Pollutant;
  predictions: Predictions | null;
};

/** The window of a period that ends with the running hour. */
export function windowOf(period: Period, now: number): TimeWindow {
  const hours = hoursOf(period, now);
  return { from: hours[0] ?? now, to: (hours.at(-1) ?? now) + HOUR_MS };
}

/** Start of the hour of a moment, in ms since the epoch. */
export function lastHourOf(moment: number): number {
  return Math.floor(moment / HOUR_MS) * HOUR_MS;
}
