import { CATEGORIES } from "../api/schemas";
import { CATEGORY_FACTS } from "../aqi/categories";

const STEPS = [1, 2, 2.5, 5, 10];

/** Round marks from 0 to just above `highest`, about four of them; at least up to 4. */
export function valueTicks(highest: number): number[] {
  const rough = Math.max(highest, 4) / 4;
  const magnitude = 10 ** Math.floor(Math.log10(rough));
  const step = (STEPS.find((candidate) => candidate * magnitude >= rough) ?? 10) * magnitude;
  const count = Math.max(1, Math.ceil(highest / step - 1e-9));
  return Array.from({ length: count + 1 }, (_, position) => Number((position * step).toPrecision(12)));
}

/** Marks of an index axis: the ends of the categories, up to the one that contains `highest`, then hundreds. */
export function indexTicks(highest: number): number[] {
  const ends = CATEGORIES.map((category) => CATEGORY_FACTS[category].high).filter((end) => end !== null);
  const ticks = [0];
  for (const end of ends) {
    ticks.push(end);
    if (end >= Math.max(highest, 100)) return ticks;
  }
  for (let end = 400; ; end += 100) {
    ticks.push(end);
    if (end >= highest) return ticks;
  }
}

export type Summary = { min: number; mean: number; max: number; count: number };

/** Smallest, mean and greatest of the existing values; null if there is none. */
export function summarize(values: readonly (number | null)[]): Summary | null {
  const present = values.filter((value) => value !== null);
  if (present.length === 0) return null;
  const sum = present.reduce((total, value) => total + value, 0);
  return {
    min: present.reduce((a, b) => Math.min(a, b)),
    mean: sum / present.length,
    max: present.reduce((a, b) => Math.max(a, b)),
    count: present.length,
  };
}
