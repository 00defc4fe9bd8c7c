import { describe, expect, it } from "vitest";
import { CATEGORIES, POLLUTANTS } from "../api/schemas";
import { bandsUpTo, isGas, molarVolume } from "./bands";
import { CATEGORY_FACTS, categoryOf, scalePosition } from "./categories";
import { contrast, textOn } from "./contrast";

describe("categories", () => {
  it.each([
    [0, "good"],
    [50, "good"],
    [51, "moderate"],
    [100, "moderate"],
    [101, "unhealthy_sensitive"],
    [150, "unhealthy_sensitive"],
    [151, "unhealthy"],
    [200, "unhealthy"],
    [201, "very_unhealthy"],
    [300, "very_unhealthy"],
    [301, "hazardous"],
    [999, "hazardous"],
  ] as const)("puts %i into %s", (aqi, category) => {
    expect(categoryOf(aqi)).toBe(category);
  });

  it("places an index on a scale of six equal parts, never past its end", () => {
    expect(scalePosition(0)).toBe(0);
    expect(scalePosition(50)).toBeCloseTo(1 / 6);
    expect(scalePosition(151)).toBeCloseTo(3 / 6);
    expect(scalePosition(900)).toBe(1);
  });
});

describe("text on the official colours", () => {
  it.each(CATEGORIES)("reads well on %s (WCAG AA, 4.5)", (category) => {
    const { color } = CATEGORY_FACTS[category];
    expect(contrast(color, textOn(color))).toBeGreaterThanOrEqual(4.5);
  });

  it("is 21 for black on white", () => {
    expect(contrast("#000000", "#FFFFFF")).toBeCloseTo(21);
  });
});

describe("bands", () => {
  it("cuts the last band at the top of the chart", () => {
    expect(bandsUpTo("pm25", 40, 25)).toEqual([
      { category: "good", low: 0, high: 9 },
      { category: "moderate", low: 9, high: 35.4 },
      { category: "unhealthy_sensitive", low: 35.4, high: 40 },
    ]);
  });

  it("converts gases to µg/m³ at 25 °C: 53 ppb of NO2 are 99.7", () => {
    expect(bandsUpTo("no2", 150, 25)[0]?.high).toBeCloseTo(99.7, 1);
    expect(bandsUpTo("co", 20_000, 25)[0]?.high).toBeCloseTo(5_037.5, 0);
  });

  it("converts gases at the station's reference temperature", () => {
    expect(molarVolume(0)).toBeCloseTo(22.414, 3);
    expect(molarVolume(20)).toBeCloseTo(24.0551, 3);
    for (const pollutant of POLLUTANTS) {
      const warm = bandsUpTo(pollutant, 1e6, 25)[0]?.high ?? 0;
      const cold = bandsUpTo(pollutant, 1e6, 0)[0]?.high ?? 0;
      expect(cold / warm).toBeCloseTo(isGas(pollutant) ? 298.15 / 273.15 : 1, 9);
    }
  });

  it.each(POLLUTANTS)("covers %s without gaps, in all six categories", (pollutant) => {
    const bands = bandsUpTo(pollutant, 1e6, 25);
    expect(bands.map(({ category }) => category)).toEqual(CATEGORIES);
    for (const [position, band] of bands.entries()) {
      expect(band.low).toBe(bands[position - 1]?.high ?? 0);
      expect(band.high).toBeGreaterThan(band.low);
    }
  });
});
