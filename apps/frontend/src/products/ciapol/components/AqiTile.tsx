import type { Category } from "../api/schemas";
import { CATEGORY_FACTS } from "../aqi/categories";
import { textOn } from "../aqi/contrast";
import { useI18n } from "../texts";

type Props = {
  aqi: number | null;
  category: Category | null;
  color: string | null;
  atLeast?: boolean;
  large?: boolean;
};

/** The index as a number on its official colour. */
export function AqiTile({ aqi, category, color, atLeast = false, large = false }: Props) {
  const { t, format } = useI18n();
  const background = color ?? (category === null ? null : CATEGORY_FACTS[category].color);
  const known = aqi !== null && background !== null;
  return (
    <p
      className={`aqi-tile${large ? " aqi-tile-large" : ""}${known ? "" : " aqi-tile-unknown"}${atLeast ? " aqi-tile-at-least" : ""}`}
      style={known ? { backgroundColor: background, color: textOn(background) } : undefined}
      data-testid="aqi-tile"
    >
      <abbr className="aqi-unit" title={t("aqi.long")}>
        {t("aqi.name")}
      </abbr>
      <span className="aqi-number">
        {atLeast && aqi !== null && (
          <>
            <span className="visually-hidden">{t("index.at_least", { aqi: "" })}</span>
            <small aria-hidden="true">≥</small>
          </>
        )}
        {aqi === null ? t("aqi.none") : format.integer(aqi)}
      </span>
    </p>
  );
}
