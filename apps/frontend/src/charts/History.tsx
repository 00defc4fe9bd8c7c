import { useCallback, useMemo } from "react";
import { api, type TimeWindow } from "../api/client";
import type { Pollutant } from "../api/schemas";
import { averagingOf } from "../aqi/bands";
import { Empty } from "../components/Empty";
import { failureWords } from "../components/failure";
import { usePlatform } from "../data/platform";
import { usePolling } from "../data/usePolling";
import { useI18n } from "../i18n/context";
import { hoursOf, onHours, type Period } from "../time/zone";
import { AqiChart, type AqiSlot } from "./AqiChart";
import { ChartFrame } from "./ChartFrame";
import { MeansChart, type MeansSlot } from "./MeansChart";
import { summarize } from "./scale";
import { ValueTable } from "./ValueTable";

const REFRESH_MS = 30_000;
const HOUR_MS = 3_600_000;

type Props = { stationId: string; zone: string; period: Period; pollutant: Pollutant };

function windowOf(period: Period, now: number): TimeWindow {
  const hours = hoursOf(period, now);
  return { from: hours[0] ?? now, to: (hours.at(-1) ?? now) + HOUR_MS };
}

/** Hourly means of one pollutant over a period. */
export function MeansHistory({ stationId, zone, period, pollutant }: Props) {
  const { t, count, format } = useI18n();
  const { now } = usePlatform();
  const load = useCallback(
    (signal: AbortSignal) => api.hourlyMeans(stationId, pollutant, windowOf(period, Date.now()), signal),
    [stationId, pollutant, period],
  );
  const { data, error, receivedAt } = usePolling(
    `means ${stationId} ${pollutant} ${period}`,
    load,
    REFRESH_MS,
  );
  const lastHour = Math.floor((receivedAt ?? now) / HOUR_MS) * HOUR_MS;
  const slots = useMemo<MeansSlot[]>(() => {
    const hours = hoursOf(period, lastHour);
    const found = onHours(hours, data ?? [], ({ measured_at }) => measured_at);
    return hours.map((hour, position) => ({ hour, value: found[position]?.[pollutant] ?? null }));
  }, [data, period, lastHour, pollutant]);
  const summary = summarize(slots.map(({ value }) => value));
  const name = t(`pollutant.${pollutant}`);
  const unit = t("unit.concentration");
  const gaps = slots.length - (summary?.count ?? 0);
  const notes =
    summary === null
      ? []
      : [
          t("chart.means.summary", {
            min: format.number(summary.min),
            mean: format.number(summary.mean),
            max: format.number(summary.max),
            unit,
          }),
          ...(gaps > 0 ? [count("chart.gaps", gaps)] : []),
          t(`chart.bands.${averagingOf(pollutant)}`),
        ];

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
      table={() => (
        <ValueTable
          zone={zone}
          columns={[`${name} (${unit})`]}
          rows={slots.map(({ hour, value }) => ({
            hour,
            cells: [value === null ? t("chart.no_value") : format.number(value)],
          }))}
        />
      )}
    >
      {data === null && error === null && <p className="chart-wait">{t("chart.loading")}</p>}
      {data === null && error !== null && <p className="chart-wait">{failureWords(error, t)}</p>}
      {data !== null && summary === null && (
        <Empty title={t("chart.empty", { pollutant: name })} testId="chart-empty">
          {t("chart.empty.detail")}
        </Empty>
      )}
      {summary !== null && (
        <MeansChart
          slots={slots}
          pollutant={pollutant}
          zone={zone}
          label={`${t("chart.means", { pollutant: name })}, ${t(`period.long.${period}`)}`}
        />
      )}
    </ChartFrame>
  );
}

/** The air quality index hour by hour over a period. */
export function AqiHistory({ stationId, zone, period }: Omit<Props, "pollutant">) {
  const { t, count, format } = useI18n();
  const { now } = usePlatform();
  const load = useCallback(
    (signal: AbortSignal) => api.aqiHistory(stationId, windowOf(period, Date.now()), signal),
    [stationId, period],
  );
  const { data, error, receivedAt } = usePolling(`aqi ${stationId} ${period}`, load, REFRESH_MS);
  const lastHour = Math.floor((receivedAt ?? now) / HOUR_MS) * HOUR_MS;
  const slots = useMemo<AqiSlot[]>(() => {
    const hours = hoursOf(period, lastHour);
    const found = onHours(hours, data ?? [], ({ hour_start }) => hour_start);
    return hours.map((hour, position) => ({
      hour,
      aqi: found[position]?.aqi ?? null,
      category: found[position]?.category ?? null,
      dominant: found[position]?.dominant_pollutant ?? null,
    }));
  }, [data, period, lastHour]);
  const known = slots.filter(({ aqi }) => aqi !== null);
  const highest = known.reduce<AqiSlot | null>(
    (best, slot) => (best === null || (slot.aqi ?? 0) > (best.aqi ?? 0) ? slot : best),
    null,
  );
  const gaps = slots.length - known.length;
  const notes =
    highest === null
      ? []
      : [
          t("chart.aqi.summary", {
            max: format.integer(highest.aqi ?? 0),
            category: t(`category.${highest.category ?? "unknown"}`),
          }),
          ...(gaps > 0 ? [count("chart.aqi.gaps", gaps)] : []),
        ];

  return (
    <ChartFrame
      name="aqi"
      title={t("chart.aqi")}
      notes={notes}
      points={known.length}
      hours={slots.length}
      table={() => (
        <ValueTable
          zone={zone}
          columns={[t("aqi.name"), t("chart.category"), t("station.dominant")]}
          rows={slots.map(({ hour, aqi, category, dominant }) => ({
            hour,
            cells: [
              aqi === null ? t("chart.no_index") : format.integer(aqi),
              category === null ? "" : t(`category.${category}`),
              dominant === null ? "" : t(`pollutant.${dominant}`),
            ],
          }))}
        />
      )}
    >
      {data === null && error === null && <p className="chart-wait">{t("chart.loading")}</p>}
      {data === null && error !== null && <p className="chart-wait">{failureWords(error, t)}</p>}
      {data !== null && highest === null && (
        <Empty title={t("chart.aqi.empty")} testId="chart-empty">
          {t("chart.aqi.empty.detail")}
        </Empty>
      )}
      {highest !== null && (
        <AqiChart slots={slots} zone={zone} label={`${t("chart.aqi")}, ${t(`period.long.${period}`)}`} />
      )}
    </ChartFrame>
  );
}

export default function History(props: Props) {
  return (
    <>
      <MeansHistory {...props} />
      <AqiHistory stationId={props.stationId} zone={props.zone} period={props.period} />
    </>
  );
}
