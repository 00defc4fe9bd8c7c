import type { Category, Pollutant, Predictions } from "../api/schemas";

const HOUR_MS = 3_600_000;
/** A forecast joins the last value measured before it, if that is not older than this. */
const JOINED_WITHIN_MS = 6 * HOUR_MS;
/** A forecast is made every hour; one older than this is marked as old. */
const OLD_AFTER_MS = 3 * HOUR_MS;

/** The prediction for an hour: a value (index or µg/m³) and its 80 % interval. */
export type ForecastPoint = {
  hour: number;
  value: number;
  range: [number, number];
  category: Category | null;
  /** Of the index, the pollutant that determines it. */
  dominant: Pollutant | null;
};

/** The future predictions of one quantity. */
export type Forecast = {
  points: readonly ForecastPoint[];
  madeAt: number;
  model: string | null;
  /** Whether a simple rule made the forecast, because the station's history is too short for the model. */
  fallback: boolean;
};

/** Whether a newer forecast should exist by now. */
export function isOld({ madeAt }: Forecast, now: number): boolean {
  return now - madeAt > OLD_AFTER_MS;
}

/** The hours of a prediction from `running`, the start of the running hour, on; null if none is left. */
export function forecastOf(
  predictions: Predictions | null,
  quantity: "aqi" | Pollutant,
  running: number,
): Forecast | null {
  if (predictions === null || predictions.made_at === null) return null;
  const points: ForecastPoint[] = [];
  let fallback = false;
  for (const { target_hour, category, dominant_pollutant, quantities } of predictions.items) {
    const hour = Date.parse(target_hour);
    const predicted = quantities[quantity];
    if (hour < running || predicted === undefined || predicted.value === null) continue;
    fallback ||= predicted.fallback;
    const { value } = predicted;
    const range: [number, number] = [
      Math.max(0, Math.min(predicted.lower ?? value, value)),
      Math.max(predicted.upper ?? value, value),
    ];
    const index = quantity === "aqi";
    points.push({
      hour,
      value,
      range,
      category: index ? category : null,
      dominant: index ? dominant_pollutant : null,
    });
  }
  if (points.length === 0) return null;
  return { points, madeAt: Date.parse(predictions.made_at), model: predictions.model, fallback };
}

/** The forecast's part of a chart's row; null if nothing is drawn. */
export type ForecastCells = {
  predicted: number | null;
  range: [number, number] | null;
  predictedCategory: Category | null;
  predictedDominant: Pollutant | null;
  /** Whether the row is a measured one at which the forecast's line starts. */
  joins: boolean;
};

const NOTHING: ForecastCells = {
  predicted: null,
  range: null,
  predictedCategory: null,
  predictedDominant: null,
  joins: false,
};

/**
 * The rows of a chart: the measured hours, then the predicted ones.
 *
 * The last measured row before the forecast also starts the forecast's line, so that the lines are connected.
 * `measured` reads a measured slot, `empty` creates one for a future hour.
 */
export function withForecast<S extends { hour: number }>(
  slots: readonly S[],
  forecast: Forecast | null,
  measured: (slot: S) => number | null,
  empty: (hour: number) => S,
): (S & ForecastCells)[] {
  const first = forecast?.points[0];
  if (forecast === null || first === undefined) return slots.map((slot) => ({ ...slot, ...NOTHING }));
  const byHour = new Map(forecast.points.map((point) => [point.hour, point]));
  const joint = slots.findLast((slot) => slot.hour < first.hour && measured(slot) !== null);
  const last = slots.at(-1)?.hour ?? first.hour - HOUR_MS;
  const end = forecast.points.at(-1)?.hour ?? last;
  const coming = Array.from({ length: Math.max(0, Math.round((end - last) / HOUR_MS)) }, (_, ahead) =>
    empty(last + (ahead + 1) * HOUR_MS),
  );
  return [...slots, ...coming].map((slot) => {
    const value = measured(slot);
    if (slot === joint && value !== null && first.hour - slot.hour <= JOINED_WITHIN_MS)
      return { ...slot, ...NOTHING, predicted: value, range: [value, value], joins: true };
    const point = byHour.get(slot.hour);
    if (point === undefined || value !== null) return { ...slot, ...NOTHING };
    const { value: predicted, range, category, dominant } = point;
    return {
      ...slot,
      predicted,
      range,
      predictedCategory: category,
      predictedDominant: dominant,
      joins: false,
    };
  });
}

/** Whether a row is a predicted hour. */
export function isPredicted({ predicted, joins }: ForecastCells): boolean {
  return predicted !== null && !joins;
}

/** Consecutive hours of one category, with the range of their index. */
export type CategoryRun = {
  category: Category | null;
  from: number;
  /** End of the last hour, exclusive. */
  to: number;
  low: number;
  high: number;
};

/** The forecast of the index as runs of equal category, sorted by time. */
export function categoryRuns(points: readonly ForecastPoint[]): CategoryRun[] {
  const runs: CategoryRun[] = [];
  for (const { hour, value, category } of points) {
    const run = runs.at(-1);
    if (run !== undefined && run.category === category && run.to === hour) {
      run.to = hour + HOUR_MS;
      run.low = Math.min(run.low, value);
      run.high = Math.max(run.high, value);
    } else {
      runs.push({ category, from: hour, to: hour + HOUR_MS, low: value, high: value });
    }
  }
  return runs;
}

/** The first hour with the highest value. */
export function peakOf(points: readonly ForecastPoint[]): ForecastPoint | null {
  return points.reduce<ForecastPoint | null>(
    (best, point) => (best === null || point.value > best.value ? point : best),
    null,
  );
}
