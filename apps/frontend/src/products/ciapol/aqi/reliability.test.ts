import { describe, expect, it } from "vitest";
import { item } from "../testing/fixtures";
import { shownIndex } from "./reliability";

describe("an index that may be shown", () => {
  it("is the index where nothing is missing, or where the API does not say", () => {
    expect(shownIndex(item({ aqi: 40, category: "good" }))).toMatchObject({ aqi: 40, category: "good" });
    expect(shownIndex(item({ aqi: 40, category: "good", complete: true, missing: [] }))).toEqual({
      aqi: 40,
      category: "good",
      incomplete: false,
      provisional: false,
      missing: [],
    });
  });

  it.each(["good", "moderate", null] as const)("is hidden while incomplete and %s", (category) => {
    const incomplete = item({ aqi: 2, category, complete: false, missing: ["pm25", "radon", "pm10"] });
    expect(shownIndex(incomplete)).toEqual({
      aqi: null,
      category: null,
      incomplete: true,
      provisional: false,
      missing: ["pm25", "pm10"],
    });
  });

  it("stays while incomplete where it warns", () => {
    const incomplete = item({ aqi: 180, category: "unhealthy", complete: false, missing: ["o3"] });
    expect(shownIndex(incomplete)).toMatchObject({ aqi: 180, category: "unhealthy", incomplete: true });
  });

  it("may be provisional", () => expect(shownIndex(item({ provisional: true })).provisional).toBe(true));

  it("is unknown for a station that is not in the list", () => expect(shownIndex(null).aqi).toBeNull());
});
