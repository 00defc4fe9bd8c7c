import { type Category, type CurrentItem, POLLUTANTS, type Pollutant } from "../api/schemas";

type Index = Pick<CurrentItem, "aqi" | "category" | "complete" | "missing" | "provisional">;

/** An index as it may be shown. */
export type ShownIndex = {
  /** Null where it is unknown, or where it is low only because a pollutant is missing. */
  aqi: number | null;
  category: Category | null;
  incomplete: boolean;
  provisional: boolean;
  missing: readonly Pollutant[];
};

/** Categories whose advice lets most people go on as usual. */
const REASSURING: readonly Category[] = ["good", "moderate"];

const UNKNOWN: ShownIndex = { aqi: null, category: null, incomplete: false, provisional: false, missing: [] };

/**
 * What may be shown of an index.
 *
 * The index is the highest of those of the pollutants. While one of them is missing, a low index says nothing: it is
 * not shown. A high one stays, since the real index is at least as high.
 */
export function shownIndex(index: Index | null): ShownIndex {
  if (index === null) return UNKNOWN;
  const { aqi, category, provisional = false } = index;
  const incomplete = index.complete === false;
  const missing = POLLUTANTS.filter((pollutant) => index.missing?.includes(pollutant));
  const hidden = incomplete && (category === null || REASSURING.includes(category));
  return {
    aqi: hidden ? null : aqi,
    category: hidden ? null : category,
    incomplete,
    provisional,
    missing,
  };
}

/** What a pollutant needs before it has an index. */
export function neededFor(pollutant: Pollutant): "1h" | "nowcast" | "8h" {
  if (pollutant === "pm25" || pollutant === "pm10") return "nowcast";
  return pollutant === "o3" || pollutant === "co" ? "8h" : "1h";
}
