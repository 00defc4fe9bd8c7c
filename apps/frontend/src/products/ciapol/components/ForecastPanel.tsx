import { Failure } from "../../../components/Failure";
import type { Polled } from "../../../lib/usePolling";
import type { Predictions, Station } from "../api/schemas";
import { CATEGORY_FACTS } from "../aqi/categories";
import { type CategoryRun, categoryRuns, forecastOf, peakOf } from "../forecast/forecast";
import { useI18n } from "../texts";
import { AqiTile } from "./AqiTile";
import { ForecastSource } from "./ForecastSource";

const HOUR_MS = 3_600_000;

function Run({ run, zone, now }: { run: CategoryRun; zone: string; now: number }) {
  const { t, format } = useI18n();
  const color = run.category === null ? undefined : CATEGORY_FACTS[run.category].color;
  const [low, high] = [format.integer(run.low), format.integer(run.high)];
  return (
    <li>
      <i style={{ backgroundColor: color }} aria-hidden="true" />
      <span>
        <strong>{t(`category.${run.category ?? "unknown"}`)}</strong>
        <span className="run-hours">
          {t("forecast.hours", {
            from: format.hour(run.from, zone, now),
            to: format.hour(run.to, zone, run.from),
          })}
        </span>
      </span>
      <span className="run-index">{low === high ? low : t("forecast.span", { low, high })}</span>
    </li>
  );
}

function Content({ predictions, station, now }: { predictions: Predictions; station: Station; now: number }) {
  const { t, format } = useI18n();
  const zone = station.time_zone;
  const forecast = forecastOf(predictions, "aqi", Math.floor(now / HOUR_MS) * HOUR_MS);
  const peak = forecast === null ? null : peakOf(forecast.points);
  if (forecast === null || peak === null) {
    const madeAt = predictions.made_at;
    return (
      <p>
        {madeAt === null
          ? t("forecast.none")
          : t("forecast.passed", { time: format.moment(Date.parse(madeAt), zone, now) })}
      </p>
    );
  }
  const [low, high] = peak.range;
  return (
    <>
      <div className="current-row">
        <AqiTile aqi={Math.round(peak.value)} category={peak.category} color={null} />
        <div>
          <p className="category">{t(`category.${peak.category ?? "unknown"}`)}</p>
          <p className="station-place">
            {t("forecast.peak", { time: format.moment(peak.hour, zone, now) })}
            <br />
            {t("forecast.between", { low: format.integer(low), high: format.integer(high) })}
          </p>
        </div>
      </div>
      <ol className="forecast-runs">
        {categoryRuns(forecast.points).map((run) => (
          <Run key={run.from} run={run} zone={zone} now={now} />
        ))}
      </ol>
      <ForecastSource forecast={forecast} zone={zone} now={now} />
      {forecast.fallback && <p className="forecast-why">{t("forecast.fallback.detail")}</p>}
    </>
  );
}

/** A description of the next 24 hours: the peak, then the category of each hour. */
export function ForecastPanel({
  predictions,
  station,
  now,
}: {
  predictions: Polled<Predictions>;
  station: Station;
  now: number;
}) {
  const { t } = useI18n();
  const { data, error } = predictions;
  return (
    <section
      className="panel forecast"
      aria-labelledby="forecast-title"
      data-testid="forecast"
      data-forecast-hours={data?.items.length ?? ""}
    >
      <h2 id="forecast-title">{t("forecast.title")}</h2>
      {data === null && error === null && <p>{t("forecast.loading")}</p>}
      {data === null && error !== null && (
        <p>
          <Failure error={error} />
        </p>
      )}
      {data !== null && <Content predictions={data} station={station} now={now} />}
    </section>
  );
}
