import { useCallback, useMemo } from "react";
import { Empty } from "../../../components/Empty";
import { Fact } from "../../../components/Fact";
import { Failure } from "../../../components/Failure";
import { Link } from "../../../components/Link";
import { StateMark, type Tone } from "../../../components/StateMark";
import { usePlatform } from "../../../lib/status/platform";
import { usePolling } from "../../../lib/usePolling";
import { browserZone } from "../../../lib/zone";
import { api } from "../api/client";
import { useCurrent } from "../api/current";
import { POLLUTANTS, type Quality } from "../api/schemas";
import { stationHref } from "../routes";
import { useI18n } from "../texts";
import { byStation, type QualityState, type StationQuality } from "./stationQuality";

const REFRESH_MS = 30_000;
const TONES: Record<QualityState, Tone> = { good: "good", gaps: "warning", poor: "bad" };
const ICONS = { good: "check", gaps: "warning", poor: "cross" } as const;

/** The completeness of each hour as a bar; decorative, the mean is written beside it. */
function Day({ hours }: { hours: readonly Quality[] }) {
  return (
    <span className="quality-day" aria-hidden="true">
      {hours.map(({ hour_start, completeness }) => (
        <i key={hour_start}>
          <b style={{ blockSize: `${Math.round(completeness * 100)}%` }} />
        </i>
      ))}
    </span>
  );
}

function freshness(seconds: number | null, { t, format }: Pick<ReturnType<typeof useI18n>, "t" | "format">) {
  if (seconds === null) return t("quality.freshness.none");
  if (seconds < 60) return t("quality.freshness.end");
  return t("quality.freshness.before", { duration: format.duration(seconds) });
}

function Station({ quality, name }: { quality: StationQuality; name: string }) {
  const i18n = useI18n();
  const { t, format } = i18n;
  const { now } = usePlatform();
  const { stationId, newest, hours, meanCompleteness, state } = quality;
  const stuck = newest.stuck_sensors.map((sensor) => {
    const pollutant = POLLUTANTS.find((known) => known === sensor);
    return pollutant === undefined ? sensor : t(`pollutant.${pollutant}`);
  });
  const zone = browserZone();
  return (
    <li
      className="card quality-card"
      data-quality={stationId}
      data-completeness={newest.completeness}
      data-state={state}
    >
      <div className="card-head">
        <h3>
          <Link href={stationHref(stationId)}>{name}</Link>
        </h3>
        <p className="card-states">
          <StateMark words={t(`quality.state.${state}`)} tone={TONES[state]} icon={ICONS[state]} />
        </p>
      </div>
      <p className="quality-words">
        <strong>{format.percent(newest.completeness)}</strong>{" "}
        {t("quality.completeness.hour", {
          counts: t("quality.counts", {
            measurements: format.integer(newest.measurements),
            expected: format.integer(newest.expected),
          }),
          time: format.moment(Date.parse(newest.hour_start), zone, now),
        })}
      </p>
      <div className="quality-line">
        <Day hours={hours} />
        <span>{t("quality.day", { share: format.percent(meanCompleteness) })}</span>
      </div>
      <dl className="facts">
        <Fact name={t("quality.freshness")}>{freshness(newest.freshness_seconds, i18n)}</Fact>
        <Fact name={t("quality.stuck")}>
          {stuck.length === 0 ? t("quality.stuck.none") : <strong>{stuck.join(", ")}</strong>}
        </Fact>
        <Fact name={t("quality.rejected")}>{format.percent(newest.out_of_range_share)}</Fact>
      </dl>
    </li>
  );
}

/** The data quality of each station; stations with findings come first. */
export function QualityPanel() {
  const { t } = useI18n();
  const current = useCurrent();
  const load = useCallback((signal: AbortSignal) => api.quality(signal), []);
  const { data, error } = usePolling("quality", load, REFRESH_MS);
  const stations = useMemo(() => byStation(data ?? []), [data]);
  const names = useMemo(
    () => new Map(current.data?.items.map(({ station }) => [station.station_id, station.name])),
    [current.data],
  );
  return (
    <section
      aria-labelledby="quality-title"
      data-testid="quality"
      data-quality-count={data === null ? "" : stations.length}
    >
      <div className="section-head">
        <h2 id="quality-title">
          {t("quality.title")} <small>{t("quality.since")}</small>
        </h2>
      </div>
      {data === null && error === null && <p>{t("quality.loading")}</p>}
      {data === null && error !== null && (
        <p>
          {t("quality.unavailable")} <Failure error={error} />
        </p>
      )}
      {data !== null && stations.length === 0 && (
        <Empty title={t("quality.none")} testId="no-quality">
          {t("quality.none.detail")}
        </Empty>
      )}
      {stations.length > 0 && (
        <ul className="card-list">
          {stations.map((quality) => (
            <Station
              key={quality.stationId}
              quality={quality}
              name={names.get(quality.stationId) ?? quality.stationId}
            />
          ))}
        </ul>
      )}
    </section>
  );
}
