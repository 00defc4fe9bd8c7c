import { lazy, Suspense, useCallback } from "react";
import { Choice } from "../../../components/Choice";
import { Empty } from "../../../components/Empty";
import { Failure } from "../../../components/Failure";
import { Icon } from "../../../components/Icon";
import { Link } from "../../../components/Link";
import { Moment } from "../../../components/Moment";
import type { PageProps } from "../../../lib/product";
import { navigate } from "../../../lib/router";
import { useSite } from "../../../lib/site";
import { usePlatform } from "../../../lib/status/platform";
import { type Polled, usePolling } from "../../../lib/usePolling";
import { useTitle } from "../../../lib/useTitle";
import { knownZone } from "../../../lib/zone";
import { api } from "../api/client";
import { useCurrent } from "../api/current";
import {
  type CurrentItem,
  POLLUTANTS,
  type Predictions,
  type Station,
  type StationDetail,
} from "../api/schemas";
import { shownIndex } from "../aqi/reliability";
import { PERIODS } from "../charts/hours";
import { Advice } from "../components/Advice";
import { AqiScale } from "../components/AqiScale";
import { AqiTile } from "../components/AqiTile";
import { DemonstrationBanner } from "../components/DemonstrationBanner";
import { ForecastPanel } from "../components/ForecastPanel";
import { HistoryRange } from "../components/HistoryRange";
import { IndexMarks, WhyNoIndex } from "../components/IndexMarks";
import { PollutantName } from "../components/PollutantName";
import { StationMarks } from "../components/StationMarks";
import { SubIndices } from "../components/SubIndices";
import { Weather } from "../components/Weather";
import { HOME_HREF, METHOD_HREF, type StationView, stationHref, viewOf } from "../routes";
import { useI18n } from "../texts";

// The chart library is half of the page's size, and the overview does not need it.
const History = lazy(() => import("../charts/History"));
const REFRESH_MS = 10_000;
const ADVICE_ICON =
  "M12 20.3S3.6 15.5 3.6 9.4A4.6 4.6 0 0 1 12 6.8a4.6 4.6 0 0 1 8.4 2.6c0 6.1-8.4 10.9-8.4 10.9Z";
const FORECAST_REFRESH_MS = 30_000;

function CurrentPanel({ item, station }: { item: CurrentItem | null; station: Station }) {
  const { t, format } = useI18n();
  const { now } = usePlatform();
  const index = shownIndex(item);
  const { aqi, category } = index;
  return (
    <section className="panel current" aria-labelledby="current-title">
      <h2 id="current-title">{t("station.current")}</h2>
      <div className="current-row">
        <AqiTile
          aqi={aqi}
          atLeast={index.atLeast}
          category={category}
          color={category === null ? null : (item?.color ?? null)}
          large
        />
        <div>
          <p className="category category-large">
            {t(`category.${category ?? (index.incomplete ? "incomplete" : "unknown")}`)}
            <IndexMarks index={index} />
          </p>
          <p className="station-place">
            {t("label", { name: t("station.dominant") })}{" "}
            {item?.dominant_pollutant ? (
              <PollutantName pollutant={item.dominant_pollutant} />
            ) : (
              t("station.dominant.none")
            )}
          </p>
        </div>
      </div>
      <AqiScale aqi={aqi} />
      <div className="advice-box">
        <Icon path={ADVICE_ICON} />
        <div>
          <p>
            <strong>{t("advice.title")}. </strong>
            <Advice index={index} />
          </p>
          <WhyNoIndex index={index} zone={station.time_zone} />
        </div>
      </div>
      <p className="current-times">
        {t("label", { name: t("station.measured") })}{" "}
        <Moment time={station.last_measured_at} never={t("station.never")} zone={station.time_zone} />
        {item?.hour_start && (
          <span>
            {t("station.index_hour", {
              time: format.moment(Date.parse(item.hour_start), station.time_zone, now),
            })}
          </span>
        )}
        <span>
          <Link href={METHOD_HREF}>{t("index.method")}</Link>
        </span>
      </p>
    </section>
  );
}

type HistoryPanelProps = { station: Station; predictions: Predictions | null } & StationView;

function HistoryPanel({ station, predictions, period, pollutant, until }: HistoryPanelProps) {
  const { t, format } = useI18n();
  const { now } = usePlatform();
  const zone = knownZone(station.time_zone);
  const show = (view: Partial<StationView>) =>
    navigate(stationHref(station.station_id, { period, pollutant, until, ...view }), { replace: true });
  return (
    <section className="panel history" aria-labelledby="history-title">
      <div className="section-head">
        <h2 id="history-title">{t("history.title")}</h2>
        <p className="zone">{t("station.zone", { zone: format.zone(station.time_zone, now) })}</p>
      </div>
      <div className="history-choices">
        <Choice
          legend={t("history.period")}
          mark="period"
          value={period}
          onChange={(value) => show({ period: value })}
          options={PERIODS.map((value) => ({
            value,
            label: t(`period.${value}`),
            title: t(`period.long.${value}`),
          }))}
        />
        <Choice
          legend={t("history.pollutant")}
          mark="pollutant"
          value={pollutant}
          onChange={(value) => show({ pollutant: value })}
          options={POLLUTANTS.map((value) => ({
            value,
            label: <PollutantName pollutant={value} />,
            title: `${t(`pollutant.${value}`)}, ${t(`pollutant.long.${value}`)}`,
          }))}
        />
      </div>
      <HistoryRange
        stationId={station.station_id}
        zone={station.time_zone}
        lastMeasuredAt={station.last_measured_at}
        period={period}
        pollutant={pollutant}
        until={until}
      />
      <Suspense fallback={<p className="chart-wait">{t("chart.loading")}</p>}>
        <History
          stationId={station.station_id}
          zone={zone}
          period={period}
          until={until}
          pollutant={pollutant}
          reference={station.reference_temperature}
          predictions={predictions}
        />
      </Suspense>
    </section>
  );
}

function Missing({ detail, stationId }: { detail: Polled<StationDetail>; stationId: string }) {
  const { t } = useI18n();
  if (detail.error === null) return <p role="status">{t("station.loading")}</p>;
  if (detail.error.status === 404) {
    return (
      <Empty title={t("station.unknown")} testId="unknown-station">
        {t("station.unknown.detail", { id: stationId })}
      </Empty>
    );
  }
  return (
    <Empty title={t("empty.unavailable")} testId="unavailable">
      <Failure error={detail.error} />
    </Empty>
  );
}

/** One station: its index now, its last days, its sub-indices and its weather. */
export function StationPage({ parameters, search }: PageProps) {
  const stationId = parameters["station"] ?? "";
  const { period, pollutant, until } = viewOf(search);
  const { t } = useI18n();
  const { now } = usePlatform();
  const { lastKnown } = useSite();
  const current = useCurrent();
  const load = useCallback((signal: AbortSignal) => api.station(stationId, signal), [stationId]);
  const detail = usePolling(`station ${stationId}`, load, REFRESH_MS);
  const loadForecast = useCallback((signal: AbortSignal) => api.predictions(stationId, signal), [stationId]);
  const predictions = usePolling(`predictions ${stationId}`, loadForecast, FORECAST_REFRESH_MS);
  const item = current.data?.items.find(({ station }) => station.station_id === stationId) ?? null;
  const station = detail.data ?? item?.station ?? null;
  useTitle(station?.name ?? stationId);

  return (
    <>
      <Link className="back" href={HOME_HREF}>
        <Icon name="back" />
        {t("app.home")}
      </Link>
      <div className="page-head">
        <h1>{station?.name ?? stationId}</h1>
        {station !== null && (
          <p className="lead">
            {station.commune ?? t("station.no_commune")}
            {station.name !== null && station.name !== stationId && (
              <span className="station-id">{stationId}</span>
            )}
            <StationMarks station={station} />
            {lastKnown && <span className="mark mark-warning">{t("mark.last_known")}</span>}
          </p>
        )}
      </div>
      {station === null ? (
        <Missing detail={detail} stationId={stationId} />
      ) : (
        <>
          <DemonstrationBanner stations={[station]} />
          <div className="station-page" data-testid="station-page" data-last-known={lastKnown}>
            <div className="station-side">
              <CurrentPanel item={item} station={station} />
              <ForecastPanel predictions={predictions} station={station} now={now} />
              <section className="panel latest-weather" aria-labelledby="weather-title">
                <h2 id="weather-title">{t("station.weather")}</h2>
                <Weather latest={detail.data?.latest ?? null} zone={station.time_zone} now={now} />
              </section>
            </div>
            <div className="station-main">
              <HistoryPanel
                station={station}
                predictions={predictions.data}
                period={period}
                pollutant={pollutant}
                until={until}
              />
              <section className="panel by-pollutant" aria-labelledby="sub-title">
                <h2 id="sub-title">{t("station.sub_indices")}</h2>
                <SubIndices
                  values={item?.sub_indices ?? {}}
                  waiting={shownIndex(item).missing.map(({ pollutant }) => pollutant)}
                />
                <p className="method-link">
                  <Link href={METHOD_HREF}>{t("index.method")}</Link>
                </p>
              </section>
            </div>
          </div>
        </>
      )}
    </>
  );
}
