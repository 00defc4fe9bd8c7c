import type { Quality } from "../api/schemas";

/** Default completeness of an hour below which an alert is sent. */
const POOR_BELOW = 0.75;
const GOOD_FROM = 0.95;

export type QualityState = "good" | "gaps" | "poor";

/** A station's newest checked hour, and the day before it. */
export type StationQuality = {
  stationId: string;
  newest: Quality;
  hours: readonly Quality[];
  meanCompleteness: number;
  state: QualityState;
};

function stateOf({ completeness, stuck_sensors }: Quality, meanCompleteness: number): QualityState {
  if (completeness < POOR_BELOW || stuck_sensors.length > 0) return "poor";
  return Math.min(completeness, meanCompleteness) < GOOD_FROM ? "gaps" : "good";
}

const ORDER: Record<QualityState, number> = { poor: 0, gaps: 1, good: 2 };

/** Checked hours by station; stations with findings come first. */
export function byStation(items: readonly Quality[]): StationQuality[] {
  const hours = new Map<string, Quality[]>();
  for (const item of items) {
    const known = hours.get(item.station_id);
    if (known === undefined) hours.set(item.station_id, [item]);
    else known.push(item);
  }
  const stations: StationQuality[] = [];
  for (const [stationId, unordered] of hours) {
    const ordered = unordered.toSorted((a, b) => a.hour_start.localeCompare(b.hour_start));
    const newest = ordered.at(-1);
    if (newest === undefined) continue;
    const sum = ordered.reduce((total, { completeness }) => total + completeness, 0);
    const meanCompleteness = sum / ordered.length;
    stations.push({
      stationId,
      newest,
      hours: ordered,
      meanCompleteness,
      state: stateOf(newest, meanCompleteness),
    });
  }
  return stations.sort(
    (a, b) =>
      ORDER[a.state] - ORDER[b.state] ||
      a.meanCompleteness - b.meanCompleteness ||
      a.stationId.localeCompare(b.stationId),
  );
}
