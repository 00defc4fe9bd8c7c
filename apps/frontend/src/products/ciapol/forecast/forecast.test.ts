import { describe, expect, it } from "vitest";
import type { Category } from "../api/schemas";
import { NO_INDICES, predictions } from "../testing/fixtures";
import { categoryRuns, forecastOf, isOld, isPredicted, peakOf, withForecast } from "./forecast";

const HOUR = 3_600_000;
const RUNNING = Math.floor(Date.now() / HOUR) * HOUR;

type Slot = { hour: number; value: number | null };
const measured = ({ value }: Slot) => value;
const empty = (hour: number): Slot => ({ hour, value: null });

/** Slots of the last hours, the running one last. */
const slots = (...values: (number | null)[]): Slot[] =>
  values.map((value, position) => ({ hour: RUNNING - (values.length - 1 - position) * HOUR, value }));

describe("forecast of a quantity", () => {
  it("has the hours from the running one on, with their intervals", () => {
    const forecast = forecastOf(predictions(24), "pm25", RUNNING + 3 * HOUR);
    expect(forecast?.points).toHaveLength(22);
    expect(forecast?.points[0]).toEqual({
      hour: RUNNING + 3 * HOUR,
      value: 103,
      range: [83, 123],
      category: null,
      dominant: null,
    });
    expect(forecast).toMatchObject({ madeAt: RUNNING, model: "trees-1", fallback: false });
  });

  it("has a category and a main pollutant only for the index", () => {
    const index = forecastOf(predictions(1), "aqi", RUNNING);
    expect(index?.points[0]).toMatchObject({ category: "unhealthy_sensitive", dominant: "pm25" });
    const [, row] = withForecast(slots(null), index, measured, empty);
    expect(row).toMatchObject({ predictedCategory: "unhealthy_sensitive", predictedDominant: "pm25" });
  });

  it("is null without predictions, or if all predicted hours have passed", () => {
    expect(forecastOf(null, "aqi", RUNNING)).toBeNull();
    expect(forecastOf(predictions(0, { made_at: null }), "aqi", RUNNING)).toBeNull();
    expect(forecastOf(predictions(3), "o3", RUNNING)).toBeNull();
    expect(forecastOf(predictions(3), "aqi", RUNNING + 4 * HOUR)).toBeNull();
  });

  it("never has an interval that is below zero or excludes the value", () => {
    const [item] = predictions(1).items;
    const odd = predictions(1, {
      items: [
        {
          target_hour: item?.target_hour ?? "",
          category: null,
          dominant_pollutant: null,
          sub_indices: NO_INDICES,
          quantities: {
            aqi: { value: 5, lower: -8, upper: 3, fallback: false },
            co: { value: 5, lower: null, upper: null, fallback: true },
          },
        },
      ],
    });
    expect(forecastOf(odd, "aqi", RUNNING)?.points[0]?.range).toEqual([0, 5]);
    expect(forecastOf(odd, "co", RUNNING)?.points[0]?.range).toEqual([5, 5]);
    expect(forecastOf(odd, "co", RUNNING)?.fallback).toBe(true);
    expect(forecastOf(odd, "aqi", RUNNING)?.fallback).toBe(false);
  });

  it("is old after three hours", () => {
    const forecast = { points: [], madeAt: 0, model: null, fallback: false };
    expect([3 * HOUR, 3 * HOUR + 1].map((now) => isOld(forecast, now))).toEqual([false, true]);
  });
});

describe("rows of a chart", () => {
  it("are the measured hours alone without a forecast", () => {
    const rows = withForecast(slots(1, 2), null, measured, empty);
    expect(rows.map(({ value, predicted }) => [value, predicted])).toEqual([
      [1, null],
      [2, null],
    ]);
  });

  it("continue with the predicted hours, whose line starts at the last measured hour", () => {
    const forecast = forecastOf(predictions(2), "pm25", RUNNING);
    const rows = withForecast(slots(1, 2), forecast, measured, empty);
    expect(rows.map(({ value, predicted, range }) => [value, predicted, range])).toEqual([
      [1, null, null],
      [2, 2, [2, 2]],
      [null, 101, [81, 121]],
      [null, 102, [82, 122]],
    ]);
    expect(rows.map(isPredicted)).toEqual([false, false, true, true]);
    expect(rows.map(({ hour }) => (hour - RUNNING) / HOUR)).toEqual([-1, 0, 1, 2]);
  });

  it("are joined over a short gap and not over a long one", () => {
    const forecast = forecastOf(predictions(1), "pm25", RUNNING);
    const joins = (...values: (number | null)[]) =>
      withForecast(slots(...values), forecast, measured, empty).findIndex((row) => row.joins);
    expect(joins(1, 2, null, null, null)).toBe(1);
    expect(joins(1, null, null, null, null, null, null)).toBe(-1);
    expect(joins(null, null)).toBe(-1);
  });

  it("show the measured value of an hour that has both", () => {
    const [later] = predictions(1).items;
    const overlapping = predictions(1, {
      items: [
        {
          target_hour: new Date(RUNNING).toISOString(),
          category: null,
          dominant_pollutant: null,
          sub_indices: NO_INDICES,
          quantities: later?.quantities ?? {},
        },
      ],
    });
    const forecast = forecastOf(overlapping, "pm25", RUNNING);
    expect(withForecast(slots(1, 2), forecast, measured, empty).filter(isPredicted)).toEqual([]);
    expect(withForecast(slots(1, null), forecast, measured, empty).filter(isPredicted)).toHaveLength(1);
  });
});

describe("forecast in words", () => {
  const point = (ahead: number, value: number, category: Category) => ({
    hour: RUNNING + ahead * HOUR,
    value,
    range: [value, value] as [number, number],
    category,
    dominant: null,
  });
  const points = [
    point(1, 60, "moderate"),
    point(2, 55, "moderate"),
    point(3, 120, "unhealthy_sensitive"),
    point(4, 90, "moderate"),
    point(6, 95, "moderate"),
  ];

  it("groups consecutive hours of one category, and splits groups at missing hours", () => {
    expect(
      categoryRuns(points).map(({ category, from, to, low, high }) => [
        category,
        (from - RUNNING) / HOUR,
        (to - RUNNING) / HOUR,
        low,
        high,
      ]),
    ).toEqual([
      ["moderate", 1, 3, 55, 60],
      ["unhealthy_sensitive", 3, 4, 120, 120],
      ["moderate", 4, 5, 90, 90],
      ["moderate", 6, 7, 95, 95],
    ]);
  });

  it("finds the first of the highest hours", () => {
    expect(peakOf(points)?.value).toBe(120);
    expect(peakOf([point(1, 7, "good"), point(2, 7, "good")])?.hour).toBe(RUNNING + HOUR);
    expect(peakOf([])).toBeNull();
  });
});
