import { lazy, Suspense, useCallback } from "react";
import { DataTable } from "../../../components/DataTable";
import { Empty } from "../../../components/Empty";
import { Fact } from "../../../components/Fact";
import { Icon } from "../../../components/Icon";
import { Link } from "../../../components/Link";
import { Loaded } from "../../../components/Loaded";
import { Moment } from "../../../components/Moment";
import { PageHead } from "../../../components/PageHead";
import { Panel } from "../../../components/Panel";
import type { PageProps } from "../../../lib/product";
import { usePolling } from "../../../lib/usePolling";
import { api } from "../api/client";
import type { LionDetail } from "../api/schemas";
import { LionMap } from "../components/LionMap";
import { StatusMark, TONES } from "../components/status";
import { HOME_HREF } from "../routes";
import { useI18n } from "../texts";

// The chart library is half of the page's size, and the overview does not need it.
const WeightChart = lazy(() => import("../components/WeightChart"));
const REFRESH_MS = 30_000;

function Now({ lion }: { lion: LionDetail }) {
  const { t, format } = useI18n();
  const number = (value: number | null) => (value === null ? "–" : format.number(value));
  return (
    <Panel title={t("lion.now")}>
      <dl className="facts">
        <Fact name={t("status")}>
          <StatusMark status={lion.status} />
        </Fact>
        <Fact name={t("health")}>{number(lion.health_score)}</Fact>
        <Fact name={t("weight")}>{number(lion.current_weight)}</Fact>
        <Fact name={t("average")}>{number(lion.avg_weight)}</Fact>
        <Fact name={t("trend")}>{lion.weight_trend === null ? "–" : format.exact(lion.weight_trend)}</Fact>
        <Fact name={t("frequency")}>{number(lion.tracking_frequency)}</Fact>
        <Fact name={t("lion.distance")}>{number(lion.distance_km)}</Fact>
        <Fact name={t("quality.score")}>{number(lion.data_quality_score)}</Fact>
        <Fact name={t("last_fix")}>
          <Moment time={lion.last_fix_at} never={t("never")} />
        </Fact>
      </dl>
    </Panel>
  );
}

function Weights({ lionId }: { lionId: string }) {
  const { t, format } = useI18n();
  const load = useCallback((signal: AbortSignal) => api.weights(lionId, signal), [lionId]);
  const polled = usePolling(`liontrack weights ${lionId}`, load, REFRESH_MS);
  return (
    <Panel title={t("lion.weights")} note={t("lion.weights.note")} className="lion-wide">
      <Loaded polled={polled}>
        {(trend) =>
          trend.weights.length === 0 ? (
            <p>{t("lion.weights.empty")}</p>
          ) : (
            <>
              <Suspense fallback={null}>
                <WeightChart trend={trend} />
              </Suspense>
              <details>
                <summary>{t("weights.table")}</summary>
                <DataTable
                  label={t("rows", { title: t("weights.table") })}
                  rows={trend.weights}
                  rowKey={({ measured_at }) => measured_at}
                  columns={[
                    {
                      header: t("time"),
                      cell: ({ measured_at }) => <Moment time={measured_at} never={t("never")} />,
                    },
                    { header: t("weight"), cell: ({ weight }) => format.number(weight), numeric: true },
                  ]}
                />
              </details>
            </>
          )
        }
      </Loaded>
    </Panel>
  );
}

function Track({ lion }: { lion: LionDetail }) {
  const { t } = useI18n();
  const { lion_id: id, name, status } = lion;
  const load = useCallback((signal: AbortSignal) => api.track(id, signal), [id]);
  const polled = usePolling(`liontrack track ${id}`, load, REFRESH_MS);
  return (
    <Panel title={t("lion.track")} note={t("lion.track.note")}>
      <Loaded polled={polled}>
        {(fixes) => {
          const track = fixes.map(({ position_lat: lat, position_lng: lng }) => ({ lat, lng }));
          const last = track.at(-1);
          const marks = last === undefined ? [] : [{ ...last, id, name, tone: TONES[status] }];
          return <LionMap marks={marks} track={track} />;
        }}
      </Loaded>
    </Panel>
  );
}

/** One lion: its key values, its weights with their trend, its track. */
export function LionPage({ parameters }: PageProps) {
  const lionId = parameters["lion"] ?? "";
  const { t } = useI18n();
  const load = useCallback((signal: AbortSignal) => api.lion(lionId, signal), [lionId]);
  const polled = usePolling(`liontrack lion ${lionId}`, load, REFRESH_MS);
  const unknown = polled.data === null && polled.error?.status === 404;
  return (
    <>
      <Link className="back" href={HOME_HREF}>
        <Icon name="back" />
        {t("back")}
      </Link>
      <PageHead title={polled.data?.name ?? lionId} />
      {unknown ? (
        <Empty title={t("lion.unknown")} testId="unknown-lion">
          {t("lion.unknown.detail", { id: lionId })}
        </Empty>
      ) : (
        <Loaded polled={polled}>
          {(lion) => (
            <div className="lion-grid">
              <Now lion={lion} />
              <Track lion={lion} />
              <Weights lionId={lionId} />
            </div>
          )}
        </Loaded>
      )}
    </>
  );
}
