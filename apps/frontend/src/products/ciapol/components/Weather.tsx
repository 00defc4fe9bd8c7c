import type { Measurement } from "../api/schemas";
import { useI18n } from "../texts";
import { WEATHER, WEATHER_QUANTITIES } from "../weather";

/** Temperature, humidity, pressure and wind of a station's newest measurement. */
export function Weather({ latest, zone, now }: { latest: Measurement | null; zone: string; now: number }) {
  const { t, text, format } = useI18n();
  if (latest === null) return <p>{t("station.weather.none")}</p>;
  return (
    <>
      <dl className="weather" data-testid="weather">
        {WEATHER_QUANTITIES.map((quantity) => {
          const value = latest[quantity] ?? null;
          return (
            <div key={quantity}>
              <dt>{text(WEATHER[quantity].name)}</dt>
              <dd>
                {value === null ? (
                  "–"
                ) : (
                  <>
                    {format.number(value)} <span>{WEATHER[quantity].unit}</span>
                  </>
                )}
              </dd>
            </div>
          );
        })}
      </dl>
      <p className="weather-time">
        <time dateTime={latest.measured_at}>
          {t("station.weather.time", { time: format.dated(Date.parse(latest.measured_at), zone, now) })}
        </time>
      </p>
    </>
  );
}
