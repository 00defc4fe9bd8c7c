import { POLLUTANTS, type Pollutant, type SubIndices as Values } from "../api/schemas";
import { CATEGORY_FACTS, categoryOf, scalePosition } from "../aqi/categories";
import { useI18n } from "../texts";
import { PollutantName } from "./PollutantName";

/** The index of each pollutant. The highest is the index of the station. Pollutants in `waiting` have no index yet. */
export function SubIndices({ values, waiting }: { values: Values; waiting: readonly Pollutant[] }) {
  const { t, format } = useI18n();
  return (
    <ul className="sub-indices">
      {POLLUTANTS.map((pollutant) => {
        const value = values[pollutant] ?? null;
        const category = value === null ? null : categoryOf(value);
        return (
          <li key={pollutant} data-sub-index={pollutant} data-value={value ?? ""}>
            <span className="sub-name">
              <strong>
                <PollutantName pollutant={pollutant} />
              </strong>
              <span>{t(`pollutant.long.${pollutant}`)}</span>
            </span>
            <span className="sub-value">
              {value === null ? t("aqi.none") : format.integer(value)}
              <span>
                {category === null
                  ? t(waiting.includes(pollutant) ? "station.sub_index.waiting" : "station.sub_index.none")
                  : t(`category.short.${category}`)}
              </span>
            </span>
            <span className="sub-bar" aria-hidden="true">
              {value !== null && category !== null && (
                <i
                  style={{
                    inlineSize: `${Math.max(2, scalePosition(value) * 100)}%`,
                    backgroundColor: CATEGORY_FACTS[category].color,
                  }}
                />
              )}
            </span>
          </li>
        );
      })}
    </ul>
  );
}
