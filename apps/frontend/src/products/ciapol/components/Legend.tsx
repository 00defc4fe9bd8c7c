import { CATEGORIES, type CurrentItem } from "../api/schemas";
import { CATEGORY_FACTS } from "../aqi/categories";
import { textOn } from "../aqi/contrast";
import { shownIndex } from "../aqi/reliability";
import { useI18n } from "../texts";

/** The six categories: colour, range, words, and how many stations are in each. */
export function Legend({ items }: { items: readonly CurrentItem[] }) {
  const { t, count } = useI18n();
  return (
    <section className="legend" aria-label={t("overview.legend")}>
      <ul>
        {CATEGORIES.map((category) => {
          const { low, high, color } = CATEGORY_FACTS[category];
          const stations = items.filter((item) => shownIndex(item).category === category).length;
          return (
            <li
              key={category}
              data-legend={category}
              data-count={stations}
              className={stations ? "" : "legend-none"}
            >
              <span className="legend-count" style={{ backgroundColor: color, color: textOn(color) }}>
                <span aria-hidden="true">{stations}</span>
                <span className="visually-hidden">{count("stations", stations)}</span>
              </span>
              <span className="legend-words">
                <strong>{t(`category.${category}`)}</strong>
                <span>{high === null ? t("legend.open", { low }) : t("legend.range", { low, high })}</span>
              </span>
            </li>
          );
        })}
      </ul>
    </section>
  );
}
