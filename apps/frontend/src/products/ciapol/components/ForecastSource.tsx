import { type Forecast, isOld } from "../forecast/forecast";
import { useI18n } from "../texts";

/** The time and the model of a forecast, with a mark for a simple rule or an old forecast. */
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
