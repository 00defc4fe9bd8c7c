import { CATEGORIES, type Category } from "../api/schemas";

type CategoryFacts = { low: number; high: number | null; color: string };

/**
 * AQI ranges and colours of the US EPA, "Technical Assistance Document for the Reporting of Daily Air Quality"
 * (EPA-454/B-24-002, May 2024), tables 2 and 3. `high` null: no upper end.
 */
export const CATEGORY_FACTS: Record<Category, CategoryFacts> = {
  good: { low: 0, high: 50, color: "#00E400" },
  moderate: { low: 51, high: 100, color: "#FFFF00" },
  unhealthy_sensitive: { low: 101, high: 150, color: "#FF7E00" },
  unhealthy: { low: 151, high: 200, color: "#FF0000" },
  very_unhealthy: { low: 201, high: 300, color: "#8F3F97" },
  hazardous: { low: 301, high: null, color: "#7E0023" },
};

/** The category of an index value (0 and up). */
export function categoryOf(aqi: number): Category {
  for (const category of CATEGORIES) {
    const { high } = CATEGORY_FACTS[category];
    if (high === null || aqi <= high) return category;
  }
  return "hazardous";
}

/** Position of an index on a scale of six equally wide categories, 0 to 1; above 500 it is 1. */
export function scalePosition(aqi: number): number {
  const category = categoryOf(aqi);
  const { low, high } = CATEGORY_FACTS[category];
  const within = Math.min(1, Math.max(0, (aqi - low) / ((high ?? 500) - low)));
  return (CATEGORIES.indexOf(category) + within) / CATEGORIES.length;
}
