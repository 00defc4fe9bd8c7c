import { useCallback, useMemo } from "react";
import { Empty } from "../../../components/Empty";
import { Failure } from "../../../components/Failure";
import { usePlatform } from "../../../lib/status/platform";
import { usePolling } from "../../../lib/usePolling";
import { api } from "../api/client";
import { shownIndex } from "../aqi/reliability";
import { forecastOf, isPredicted, peakOf, withForecast } from "../forecast/forecast";
import { useI18n } from "../texts";
import { AqiChart, type AqiSlot } from "./AqiChart";
import { ChartFrame } from "./ChartFrame";
import { ForecastLegend } from "./ForecastLegend";
import { hoursOf, onHours } from "./hours";
import { CHART_REFRESH_MS, endOf, type HistoryProps, lastHourOf, windowOf } from "./period";
import { ValueTable } from "./ValueTable";

const emptyHour = (hour: number): AqiSlot => ({
  hour,
  aqi: null,
  category: null,
  dominant: null,
  reason: null,
});

/** The air quality index hour by hour over a period, and its forecast. */
export function AqiHistory({
  stationId,
  zone,
  period,
  until,
  predictions,
}: Omit<HistoryProps, "pollutant" | "reference">) {
  const { t, count, format } = useI18n();
  const { now } = usePlatform();
  const load = useCallback(
    (signal: AbortSignal) =>
      api.aqiHistory(stationId, windowOf(period, endOf(until, zone, Date.now())), signal),
    [stationId, period, until, zone],
  );
  const { data, error, receivedAt } = usePolling(
    `aqi ${stationId} ${period} ${until}`,
    load,
    CHART_REFRESH_MS,
  );
  const lastHour = lastHourOf(endOf(until, zone, receivedAt ?? now));
  const thisHour = lastHourOf(now);
  const slots = useMemo<AqiSlot[]>(() => {
    const hours = hoursOf(period, lastHour);
    const found = onHours(hours, data ?? [], ({ hour_start }) => hour_start);
    return hours.map((hour, position) => {
      const slot = found[position] ?? null;
      const { aqi, category, atLeast, reason } = shownIndex(slot);
      if (slot === null || aqi === null || atLeast) return { ...emptyHour(hour), reason };
      return { hour, aqi, category, dominant: slot.dominant_pollutant, reason };
    });
  }, [data, period, lastHour]);
  const forecast = useMemo(
    () => (until === null ? forecastOf(predictions, "aqi", lastHour) : null),
    [predictions, lastHour, until],
  );
  const rows = useMemo(() => withForecast(slots, forecast, ({ aqi }) => aqi, emptyHour), [slots, forecast]);
  const known = slots.filter(({ aqi }) => aqi !== null);
  const highest = known.reduce<AqiSlot | null>(
    (best, slot) => (best === null || (slot.aqi ?? 0) > (best.aqi ?? 0) ? slot : best),
    null,
  );
  const predicted = rows.filter(isPredicted).length;
  const peak = forecast === null ? null : peakOf(forecast.points);
  const gaps = slots.length - known.length;
  const notes = [
    ...(highest === null
      ? []
      : [
          t("chart.aqi.summary", {
            max: format.integer(highest.aqi ?? 0),
            category: t(`category.${highest.category ?? "unknown"}`),
          }),
          ...(gaps > 0 ? [count("chart.aqi.gaps", gaps)] : []),
        ]),
    ...(peak === null
      ? []
      : [
          t("forecast.aqi.summary", {
            max: format.integer(peak.value),
            category: t(`category.${peak.category ?? "unknown"}`),
            time: format.full(peak.hour, zone, now),
          }),
        ]),
  ];
  const drawn = data !== null && (highest !== null || predicted > 0);

  return (
    <ChartFrame
      name="aqi"
      title={t("chart.aqi")}
      notes={notes}
      points={known.length}
      hours={slots.length}
      forecastHours={drawn ? predicted : 0}
      legend={
        drawn && predicted > 0 && forecast !== null ? (
          <ForecastLegend measured="bars" forecast={forecast} zone={zone} now={now} />
        ) : null
      }
      table={() => (
        <ValueTable
          zone={zone}
          now={thisHour}
          columns={[t("aqi.name"), t("chart.category"), t("station.dominant")]}
          rows={rows.map((row) => {
            const category = isPredicted(row) ? row.predictedCategory : row.category;
            const dominant = isPredicted(row) ? row.predictedDominant : row.dominant;
            return {
              hour: row.hour,
              predicted: isPredicted(row),
              cells: [
                isPredicted(row) && row.predicted !== null && row.range !== null
                  ? t("forecast.cell", {
                      value: format.integer(row.predicted),
                      low: format.integer(row.range[0]),
                      high: format.integer(row.range[1]),
                    })
                  : row.aqi === null
                    ? t("chart.no_index")
                    : format.integer(row.aqi),
                [
                  ...(category === null ? [] : [t(`category.${category}`)]),
                  ...(row.reason === null ? [] : [t(`reason.${row.reason}`)]),
                ].join(", "),
                dominant === null ? "" : t(`pollutant.${dominant}`),
              ],
            };
          })}
        />
      )}
    >
      {data === null && error === null && <p className="chart-wait">{t("chart.loading")}</p>}
      {data === null && error !== null && (
        <p className="chart-wait">
          <Failure error={error} />
        </p>
      )}
      {data !== null && !drawn && (
        <Empty title={t("chart.aqi.empty")} testId="chart-empty">
          {t("chart.aqi.empty.detail")}
        </Empty>
      )}
      {drawn && (
        <AqiChart
          rows={rows}
          zone={zone}
          now={thisHour}
          label={`${t("chart.aqi")}, ${t(`period.long.${period}`)}`}
        />
      )}
    </ChartFrame>
  );
}
