import { type Forecast, isOld } from "../forecast/forecast";
import { useI18n } from "../texts";

/** When a forecast was made and by which model; marked where it is a simple rule or old. */
export function ForecastSource({ forecast, zone, now }: { forecast: Forecast; zone: string; now: number }) {
  const { t, format } = useI18n();
  const { madeAt, model, fallback } = forecast;
  return (
    <p className="forecast-source">
      <span>
        {t("forecast.made", { time: format.moment(madeAt, zone, now) })}
        {model !== null && ` · ${t("forecast.model", { model })}`}
      </span>
      {fallback && (
        <span className="mark mark-warning" data-testid="forecast-fallback">
          {t("forecast.fallback")}
        </span>
      )}
      {isOld(forecast, now) && (
        <span className="mark mark-warning" data-testid="forecast-old">
          {t("forecast.old")}
        </span>
      )}
    </p>
  );
}
