import { type Measurement, WEATHER } from "../api/schemas";
import { useI18n } from "../texts";

/** Temperature, humidity, pressure and wind of a station's newest measurement. */
export function Weather({ latest, zone, now }: { latest: Measurement | null; zone: string; now: number }) {
  const { t, format } = useI18n();
  if (latest === null) return <p>{t("station.weather.none")}</p>;
  return (
    <>
      <dl className="weather" data-testid="weather">
        {WEATHER.map((quantity) => {
          const value = latest[quantity] ?? null;
          return (
            <div key={quantity}>
              <dt>{t(`weather.${quantity}`)}</dt>
              <dd>
                {value === null ? (
                  "–"
                ) : (
                  <>
                    {format.number(value)} <span>{t(`unit.${quantity}`)}</span>
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
