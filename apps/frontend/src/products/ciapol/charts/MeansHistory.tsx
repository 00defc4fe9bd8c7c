import { useCallback, useMemo } from "react";
import { Empty } from "../../../components/Empty";
import { Failure } from "../../../components/Failure";
import { usePlatform } from "../../../lib/status/platform";
import { usePolling } from "../../../lib/usePolling";
import { api } from "../api/client";
import { averagingOf, isGas } from "../aqi/bands";
import { forecastOf, isPredicted, withForecast } from "../forecast/forecast";
import { useI18n } from "../texts";
import { ChartFrame } from "./ChartFrame";
import { ForecastLegend } from "./ForecastLegend";
import { hoursOf, onHours } from "./hours";
import { MeansChart, type MeansSlot } from "./MeansChart";
import { CHART_REFRESH_MS, endOf, type HistoryProps, lastHourOf, windowOf } from "./period";
import { summarize } from "./scale";
import { ValueTable } from "./ValueTable";

const emptyHour = (hour: number): MeansSlot => ({ hour, value: null });

/** Hourly means of one pollutant over a period, and its forecast. */
export function MeansHistory(props: HistoryProps) {
  const { stationId, zone, period, until, pollutant, predictions, reference } = props;
  const { t, count, format } = useI18n();
  const { now } = usePlatform();
  const load = useCallback(
    (signal: AbortSignal) =>
      api.hourlyMeans(stationId, pollutant, windowOf(period, endOf(until, zone, Date.now())), signal),
    [stationId, pollutant, period, until, zone],
  );
  const { data, error, receivedAt } = usePolling(
    `means ${stationId} ${pollutant} ${period} ${until}`,
    load,
    CHART_REFRESH_MS,
  );
  const lastHour = lastHourOf(endOf(until, zone, receivedAt ?? now));
  const thisHour = lastHourOf(now);
  const slots = useMemo<MeansSlot[]>(() => {
    const hours = hoursOf(period, lastHour);
    const found = onHours(hours, data ?? [], ({ measured_at }) => measured_at);
    return hours.map((hour, position) => ({ hour, value: found[position]?.[pollutant] ?? null }));
  }, [data, period, lastHour, pollutant]);
  const forecast = useMemo(
    () => (until === null ? forecastOf(predictions, pollutant, lastHour) : null),
    [predictions, pollutant, lastHour, until],
  );
  const rows = useMemo(
    () => withForecast(slots, forecast, ({ value }) => value, emptyHour),
    [slots, forecast],
  );
  const summary = summarize(slots.map(({ value }) => value));
  const predicted = summarize(rows.filter(isPredicted).map((row) => row.predicted));
  const name = t(`pollutant.${pollutant}`);
  const unit = t("unit.concentration");
  const gaps = slots.length - (summary?.count ?? 0);
  const notes = [
    ...(summary === null
      ? []
      : [
          t("chart.means.summary", {
            min: format.number(summary.min),
            mean: format.number(summary.mean),
            max: format.number(summary.max),
            unit,
          }),
          ...(gaps > 0 ? [count("chart.gaps", gaps)] : []),
        ]),
    ...(predicted === null
      ? []
      : [
          t("forecast.means.summary", {
            hours: predicted.count,
            low: format.number(predicted.min),
            high: format.number(predicted.max),
            unit,
          }),
        ]),
    ...(summary === null ? [] : [t(`chart.bands.${averagingOf(pollutant)}`)]),
    ...(summary !== null && isGas(pollutant)
      ? [t("chart.reference", { temperature: format.exact(reference) })]
      : []),
  ];
  const drawn = data !== null && (summary !== null || predicted !== null);

  return (
    <ChartFrame
      name="means"
      title={
        <>
          {t("chart.means", { pollutant: name })} <small>{unit}</small>
        </>
      }
      notes={notes}
      points={summary?.count ?? 0}
      hours={slots.length}
      forecastHours={drawn ? (predicted?.count ?? 0) : 0}
      legend={
        drawn && predicted !== null && forecast !== null ? (
          <ForecastLegend measured="line" forecast={forecast} zone={zone} now={now} />
        ) : null
      }
      table={() => (
        <ValueTable
          zone={zone}
          now={thisHour}
          columns={[`${name} (${unit})`]}
          rows={rows.map((row) => ({
            hour: row.hour,
            predicted: isPredicted(row),
            cells: [
              isPredicted(row) && row.predicted !== null && row.range !== null
                ? t("forecast.cell", {
                    value: format.number(row.predicted),
                    low: format.number(row.range[0]),
                    high: format.number(row.range[1]),
                  })
                : row.value === null
                  ? t("chart.no_value")
                  : format.number(row.value),
            ],
          }))}
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
        <Empty title={t("chart.empty", { pollutant: name })} testId="chart-empty">
          {t("chart.empty.detail")}
        </Empty>
      )}
      {drawn && (
        <MeansChart
          rows={rows}
          pollutant={pollutant}
          reference={reference}
          zone={zone}
          now={thisHour}
          label={`${t("chart.means", { pollutant: name })}, ${t(`period.long.${period}`)}`}
        />
      )}
    </ChartFrame>
  );
}
