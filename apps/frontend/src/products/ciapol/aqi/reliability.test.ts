import { describe, expect, it } from "vitest";
import { item } from "../testing/fixtures";
import { shownIndex } from "./reliability";

const AT = "2026-01-31T14:00:00Z";
const missing = (...pollutants: string[]) => pollutants.map((pollutant) => ({ pollutant, expected_at: AT }));

describe("an index that may be shown", () => {
  it("is the index if no pollutant is missing", () => {
    const whole = item({
      aqi: 40,
      category: "good",
      at_least: 40,
      missing: [],
      provisional: false,
      reason: null,
    });
    expect(shownIndex(whole)).toEqual({
      aqi: 40,
      category: "good",
      atLeast: false,
      incomplete: false,
      provisional: false,
      missing: [],
      reason: null,
    });
  });

  it.each([
    [null, null, 2],
    [2, "good", 2],
    [60, "moderate", 60],
  ] as const)("is hidden while incomplete: index %s, category %s", (aqi, category, at_least) => {
    const incomplete = item({
      aqi,
      category,
      at_least,
      missing: missing("pm25", "radon", "pm10"),
      reason: "too_few_hours",
    });
    expect(shownIndex(incomplete)).toEqual({
      aqi: null,
      category: null,
      atLeast: false,
      incomplete: true,
      provisional: false,
      missing: [
        { pollutant: "pm25", expectedAt: Date.parse(AT) },
        { pollutant: "pm10", expectedAt: Date.parse(AT) },
      ],
      reason: "too_few_hours",
    });
  });

  it('is shown as "at least" if the known sub-indices are a warning', () => {
    const incomplete = item({ aqi: null, category: "unhealthy", at_least: 180, missing: missing("o3") });
    expect(shownIndex(incomplete)).toMatchObject({
      aqi: 180,
      category: "unhealthy",
      atLeast: true,
      incomplete: true,
    });
  });

  it("is hidden in the running hour", () => {
    const running = item({ aqi: null, category: null, at_least: 30, provisional: true, reason: "running" });
    expect(shownIndex(running)).toMatchObject({ aqi: null, provisional: true, reason: "running" });
  });

  it("has no reason if the API's reason is unknown", () =>
    expect(shownIndex(item({ aqi: null, reason: "later" })).reason).toBeNull());

  it("is unknown for a station that is not in the list", () => expect(shownIndex(null).aqi).toBeNull());
});
