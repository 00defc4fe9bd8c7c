import { describe, expect, it } from "vitest";
import { quality } from "../testing/fixtures";
import { byStation } from "./stationQuality";

const hour = (n: number): string => `2026-01-31T${String(n).padStart(2, "0")}:00:00Z`;

describe("quality by station", () => {
  it("contains the newest hour and the mean of all hours, in any order", () => {
    const items = [quality({ hour_start: hour(9), completeness: 0.96 }), quality({ hour_start: hour(8) })];
    const [station] = byStation(items);
    expect(station?.newest.hour_start).toBe(hour(9));
    expect(station?.hours.map(({ hour_start }) => hour_start)).toEqual([hour(8), hour(9)]);
    expect(station?.meanCompleteness).toBeCloseTo(0.98);
    expect(station?.state).toBe("good");
  });

  it.each([
    [{ completeness: 0.95 }, "good"],
    [{ completeness: 0.94 }, "gaps"],
    [{ completeness: 0.75 }, "gaps"],
    [{ completeness: 0.74 }, "poor"],
    [{ completeness: 1, stuck_sensors: ["o3"] }, "poor"],
  ] as const)("%j is %s", (changes, state) => {
    expect(
      byStation([
        quality({
          ...changes,
          stuck_sensors: [...("stuck_sensors" in changes ? changes.stuck_sensors : [])],
        }),
      ])[0]?.state,
    ).toBe(state);
  });

  it("has gaps after a day of gaps, although the newest hour is complete", () => {
    const items = [quality({ hour_start: hour(7), completeness: 0 }), quality({ hour_start: hour(8) })];
    expect(byStation(items)[0]?.state).toBe("gaps");
  });

  it("puts stations with findings first", () => {
    const items = [
      quality({ station_id: "B" }),
      quality({ station_id: "A" }),
      quality({ station_id: "gaps", completeness: 0.8 }),
      quality({ station_id: "silent", completeness: 0, measurements: 0, freshness_seconds: null }),
    ];
    expect(byStation(items).map(({ stationId }) => stationId)).toEqual(["silent", "gaps", "A", "B"]);
  });

  it("is empty without hours", () => expect(byStation([])).toEqual([]));
});
