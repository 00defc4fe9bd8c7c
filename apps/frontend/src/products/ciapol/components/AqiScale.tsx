import { CATEGORIES } from "../api/schemas";
import { CATEGORY_FACTS, scalePosition } from "../aqi/categories";

/** The position of an index among the six categories. Screen readers skip it: number and words are beside it. */
export function AqiScale({ aqi }: { aqi: number | null }) {
  return (
    <div className="aqi-scale" aria-hidden="true">
      {CATEGORIES.map((category) => (
        <span key={category} style={{ backgroundColor: CATEGORY_FACTS[category].color }} />
      ))}
      {aqi !== null && <i style={{ insetInlineStart: `${(scalePosition(aqi) * 100).toFixed(1)}%` }} />}
    </div>
  );
}
