import {
  type Category,
  type CurrentItem,
  POLLUTANTS,
  type Pollutant,
  REASONS,
  type Reason,
} from "../api/schemas";

type Index = Pick<CurrentItem, "aqi" | "category" | "at_least" | "missing" | "provisional" | "reason">;

/** A measured pollutant without an index, and when it can have one (ms since the epoch). */
export type Missing = { pollutant: Pollutant; expectedAt: number };

/** An index as the page may show it. */
export type ShownIndex = {
  /** Null if it is unknown, or if it may be low only because a pollutant is missing. */
  aqi: number | null;
  category: Category | null;
  /** The index is at least `aqi` and may be higher. */
  atLeast: boolean;
  incomplete: boolean;
  provisional: boolean;
  missing: readonly Missing[];
  /** The reason why there is no index; null if there is one, or if the reason is unknown. */
  reason: Reason | null;
};

/** Categories whose advice permits most people their usual activities. */
const REASSURING: readonly Category[] = ["good", "moderate"];

const UNKNOWN: ShownIndex = {
  aqi: null,
  category: null,
  atLeast: false,
  incomplete: false,
  provisional: false,
  missing: [],
  reason: null,
};

/**
 * The part of an index that the page may show.
 *
 * The index is the highest of those of the pollutants. While one of them is missing, a low index is not reliable and is
 * not shown. A high one is shown, because the real index is at least as high.
 */
export function shownIndex(index: Index | null): ShownIndex {
  if (index === null) return UNKNOWN;
  const { aqi, category, at_least, provisional } = index;
  const missing: Missing[] = [];
  for (const { pollutant: name, expected_at } of index.missing) {
    const pollutant = POLLUTANTS.find((known) => known === name);
    if (pollutant !== undefined) missing.push({ pollutant, expectedAt: Date.parse(expected_at) });
  }
  const incomplete = index.missing.length > 0;
  const whole = aqi !== null && !incomplete && !provisional;
  const warns = category !== null && !REASSURING.includes(category);
  return {
    aqi: whole ? aqi : warns ? (aqi ?? at_least) : null,
    category: whole || warns ? category : null,
    atLeast: !whole && warns,
    incomplete,
    provisional,
    missing,
    reason: whole ? null : (REASONS.find((reason) => reason === index.reason) ?? null),
  };
}
