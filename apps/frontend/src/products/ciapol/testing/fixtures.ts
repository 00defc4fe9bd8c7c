import type { Status } from "../../../lib/status/schemas";
import { status as platformStatus, productStatus } from "../../../testing/fixtures";
import type {
  AqiHour,
  Category,
  Current,
  CurrentItem,
  Measurement,
  Predictions,
  Quality,
  Station,
} from "../api/schemas";

export const NO_INDICES = { pm25: null, pm10: null, o3: null, no2: null, so2: null, co: null };

export function station(changes: Partial<Station> = {}): Station {
  return {
    station_id: "ABJ-001",
    name: "Plateau",
    commune: "Le Plateau",
    latitude: null,
    longitude: null,
    time_zone: "Africa/Abidjan",
    reference_temperature: 25,
    demonstration: null,
    registered: true,
    last_measured_at: "2026-01-31T12:00:00Z",
    ...changes,
  };
}

export function item(changes: Partial<CurrentItem> = {}): CurrentItem {
  return {
    rank: 1,
    station: station(),
    hour_start: "2026-01-31T12:00:00Z",
    aqi: 99,
    category: "moderate",
    color: "#FFFF00",
    dominant_pollutant: "pm25",
    at_least: 99,
    missing: [],
    provisional: false,
    reason: null,
    sub_indices: { ...NO_INDICES, pm25: 99, o3: 20 },
    ...changes,
  };
}

export const WORST = item({
  station: station({
    station_id: "Gucheng",
    name: "Gucheng",
    commune: "Shijingshan",
    time_zone: "Asia/Shanghai",
    reference_temperature: 0,
    demonstration: "Pékin",
  }),
  aqi: 310,
  category: "hazardous",
  color: "#7E0023",
});

export const UNKNOWN = item({
  rank: null,
  station: station({
    station_id: "essai-17",
    name: null,
    commune: null,
    registered: false,
    last_measured_at: null,
  }),
  hour_start: null,
  aqi: null,
  category: null,
  color: null,
  dominant_pollutant: null,
  sub_indices: NO_INDICES,
});

export function current(items: CurrentItem[] = [WORST, item({ rank: 2 }), UNKNOWN]): Current {
  return { computed_at: "2026-01-31T12:40:00Z", items };
}

const HOUR_MS = 3_600_000;

/** Hours up to and including the running one, oldest first. */
function lastHours(count: number): string[] {
  const running = Math.floor(Date.now() / HOUR_MS) * HOUR_MS;
  return Array.from({ length: count }, (_, back) =>
    new Date(running - (count - 1 - back) * HOUR_MS).toISOString(),
  );
}

export function measurements(count: number, missing: readonly number[] = []): Measurement[] {
  return lastHours(count)
    .map((measured_at, position) => ({ measured_at, pm25: 10 + position }))
    .filter((_, position) => !missing.includes(position));
}

export function aqiHours(count: number): AqiHour[] {
  return lastHours(count).map((hour_start, position) => ({
    hour_start,
    aqi: position === 0 ? null : 60 + position,
    category: position === 0 ? null : "moderate",
    dominant_pollutant: position === 0 ? null : "pm25",
    at_least: position === 0 ? null : 60 + position,
    missing: [],
    provisional: false,
    reason: position === 0 ? "nothing_measured" : null,
    sub_indices: NO_INDICES,
  }));
}

/** A forecast of the index and PM2.5 for the next `count` hours: 101, 102, … with intervals of ±20. */
export function predictions(count = 24, changes: Partial<Predictions> = {}): Predictions {
  const running = Math.floor(Date.now() / HOUR_MS) * HOUR_MS;
  const category: Category = "unhealthy_sensitive";
  return {
    station_id: "ABJ-001",
    made_at: new Date(running).toISOString(),
    model: "trees-1",
    fallback: false,
    items: Array.from({ length: count }, (_, ahead) => {
      const value = 101 + ahead;
      const predicted = { value, lower: value - 20, upper: value + 20, fallback: false };
      return {
        target_hour: new Date(running + (ahead + 1) * HOUR_MS).toISOString(),
        category,
        dominant_pollutant: "pm25",
        sub_indices: { ...NO_INDICES, pm25: value },
        quantities: { aqi: predicted, pm25: predicted },
      };
    }),
    ...changes,
  };
}

export function quality(changes: Partial<Quality> = {}): Quality {
  return {
    station_id: "ABJ-001",
    hour_start: "2026-01-31T11:00:00Z",
    expected: 60,
    measurements: 60,
    completeness: 1,
    freshness_seconds: 20,
    stuck_sensors: [],
    out_of_range_share: 0,
    ...changes,
  };
}

/** The status of a stack with only this product. */
export function status(changes: Partial<Status> = {}): Status {
  return platformStatus({ products: { ciapol: productStatus() }, ...changes });
}

export const API_DOWN = status({
  status: "down",
  products: {
    ciapol: productStatus({
      status: "down",
      reachable: false,
      latency_ms: null,
      error: "ConnectError",
      data: null,
    }),
  },
});
