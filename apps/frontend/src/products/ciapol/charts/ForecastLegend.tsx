import { ForecastSource } from "../components/ForecastSource";
import type { Forecast } from "../forecast/forecast";
import { useI18n } from "../texts";

const BARS = "M5.5 12V6M11.5 12V2M17.5 12V4M23.5 12V8";

type Props = {
  forecast: Forecast;
  /** How measured hours are drawn. */
  measured: "line" | "bars";
  zone: string;
  now: number;
};

/** The drawing of measured and predicted hours, the time of the forecast and its model. */
export function ForecastLegend({ forecast, measured, zone, now }: Props) {
  const { t } = useI18n();
  return (
    <div className="chart-legend">
      <ul>
        <li>
          <svg viewBox="0 0 30 12" aria-hidden="true" focusable="false">
            <path className={`legend-${measured}`} d={measured === "line" ? "M1 6H29" : BARS} />
          </svg>
          {t("legend.measured")}
        </li>
        <li>
          <svg viewBox="0 0 30 12" aria-hidden="true" focusable="false">
            <path className="legend-predicted" d="M1 6H29" />
          </svg>
          {t("legend.predicted")}
        </li>
        <li>
          <svg viewBox="0 0 30 12" aria-hidden="true" focusable="false">
            <path className="legend-range" d="M3 11 9 1M9 11 15 1M15 11 21 1M21 11 27 1" />
          </svg>
          {t("legend.range_of_forecast")}
        </li>
      </ul>
      <ForecastSource forecast={forecast} zone={zone} now={now} />
    </div>
  );
}
