import type { Formats } from "../../../i18n/format";
import { CLOCK_HOURS, startsDay } from "./hours";

/** Height of a chart and room for its axes, in CSS pixels. */
export const CHART_HEIGHT = 260;
export const CHART_MARGIN = { top: 10, right: 8, bottom: 0, left: 0 };
export const Y_AXIS_WIDTH = 44;
export const X_AXIS_HEIGHT = 26;

/** Text of a mark on the time axis: the day at its beginning and in long periods, else the hour. */
export function tickText(instant: number, zone: string, hours: number, format: Formats): string {
  return startsDay(instant, zone) || hours > CLOCK_HOURS
    ? format.day(instant, zone)
    : format.clock(instant, zone);
}
