import { useCallback } from "react";
import { DataTable } from "../../../components/DataTable";
import { DemonstrationNote } from "../../../components/DemonstrationNote";
import { Fact } from "../../../components/Fact";
import { Link } from "../../../components/Link";
import { Loaded } from "../../../components/Loaded";
import { Moment } from "../../../components/Moment";
import { PageHead } from "../../../components/PageHead";
import { Panel } from "../../../components/Panel";
import { usePolling } from "../../../lib/usePolling";
import { api } from "../api/client";
import type { Dashboard, Lion } from "../api/schemas";
import { LionMap } from "../components/LionMap";
import { Report } from "../components/Report";
import { StatusMark, TONES } from "../components/status";
import { lionHref } from "../routes";
import { useI18n } from "../texts";

const REFRESH_MS = 30_000;

export function LionTable({ lions }: { lions: readonly Lion[] }) {
  const { t, format } = useI18n();
  const number = (value: number | null) => (value === null ? null : format.number(value));
  return (
    <DataTable
      label={t("rows", { title: t("lions") })}
      rows={lions}
      rowKey={({ lion_id }) => lion_id}
      columns={[
        {
          header: t("lion"),
          cell: ({ lion_id, name, status }) => (
            <Link href={lionHref(lion_id)} data-lion={lion_id} data-status={status}>
              {name}
            </Link>
          ),
        },
        { header: t("status"), cell: ({ status }) => <StatusMark status={status} /> },
        { header: t("weight"), cell: ({ current_weight }) => number(current_weight), numeric: true },
        { header: t("health"), cell: ({ health_score }) => number(health_score), numeric: true },
        {
          header: t("frequency"),
          cell: ({ tracking_frequency }) => number(tracking_frequency),
          numeric: true,
        },
        {
          header: t("last_fix"),
          cell: ({ last_fix_at }) => <Moment time={last_fix_at} never={t("never")} />,
        },
      ]}
    />
  );
}

function marksOf(lions: readonly Lion[]) {
  return lions.flatMap(({ lion_id, name, status, position_lat: lat, position_lng: lng }) =>
    lat === null || lng === null ? [] : [{ id: lion_id, name, lat, lng, tone: TONES[status] }],
  );
}

function Health({ dashboard }: { dashboard: Dashboard }) {
  const { t, format } = useI18n();
  const { health, anomalies } = dashboard;
  const number = (value: number | null) => (value === null ? null : format.number(value));
  return (
    <>
      <Panel title={t("health.title")}>
        <dl className="facts">
          <Fact name={t("health.above")}>{health.above_80}</Fact>
          <Fact name={t("health.middle")}>{health.from_60_to_80}</Fact>
          <Fact name={t("health.below")}>{health.below_60}</Fact>
          <Fact name={t("health.average")}>{number(health.average) ?? "–"}</Fact>
        </dl>
      </Panel>
      <Panel title={t("anomalies")} note={t("anomalies.note")}>
        <DataTable
          label={t("rows", { title: t("anomalies") })}
          rows={anomalies}
          rowKey={({ lion_id }) => lion_id}
          columns={[
            { header: t("lion"), cell: ({ lion_id, name }) => <Link href={lionHref(lion_id)}>{name}</Link> },
            { header: t("health"), cell: ({ health_score }) => number(health_score), numeric: true },
            { header: t("average"), cell: ({ avg_weight }) => number(avg_weight), numeric: true },
            {
              header: t("trend"),
              cell: ({ weight_trend }) => (weight_trend === null ? null : format.exact(weight_trend)),
              numeric: true,
            },
          ]}
        />
      </Panel>
    </>
  );
}

function Leaders({ dashboard }: { dashboard: Dashboard }) {
  const { t, format } = useI18n();
  const lions = usePolling("liontrack leading lions", api.leadingLions, REFRESH_MS);
  return (
    <>
      <Panel title={t("leaders.lions")}>
        <Loaded polled={lions}>
          {({ items }) => (
            <DataTable
              label={t("rows", { title: t("leaders.lions") })}
              rows={items}
              rowKey={({ lion_id }) => lion_id}
              columns={[
                { header: t("lion"), cell: ({ name }) => name },
                { header: t("rank"), cell: ({ rank }) => rank, numeric: true },
                {
                  header: t("health"),
                  cell: ({ health_score }) => format.number(health_score),
                  numeric: true,
                },
              ]}
            />
          )}
        </Loaded>
      </Panel>
      <Panel title={t("leaders.users")} note={t("leaders.note")}>
        <DataTable
          label={t("rows", { title: t("leaders.users") })}
          rows={dashboard.users}
          rowKey={({ user_id }) => user_id}
          columns={[
            { header: t("user"), cell: ({ username, user_id }) => username ?? user_id },
            { header: t("challenges"), cell: ({ challenges_completed: done }) => done, numeric: true },
            { header: t("entries"), cell: ({ weight_entries }) => weight_entries, numeric: true },
            {
              header: t("engagement"),
              cell: ({ engagement_score }) => format.number(engagement_score),
              numeric: true,
            },
          ]}
        />
      </Panel>
    </>
  );
}

/** Quality of the data by table. */
export function QualityPanel({ dashboard }: { dashboard: Dashboard }) {
  const { t, format } = useI18n();
  return (
    <Panel title={t("quality")}>
      <DataTable
        label={t("rows", { title: t("quality") })}
        rows={dashboard.quality}
        rowKey={({ table_name, check_name }) => `${table_name} ${check_name}`}
        columns={[
          { header: t("table"), cell: ({ table_name }) => table_name },
          { header: t("check"), cell: ({ check_name }) => check_name },
          {
            header: t("passed"),
            cell: ({ quality_percentage }) => format.number(quality_percentage),
            numeric: true,
          },
          { header: t("checked"), cell: ({ checked_at }) => <Moment time={checked_at} never={t("never")} /> },
        ]}
      />
    </Panel>
  );
}

function ReportPanel() {
  const { t, language } = useI18n();
  const load = useCallback((signal: AbortSignal) => api.report(language, signal), [language]);
  const polled = usePolling(`liontrack report ${language}`, load, REFRESH_MS);
  return (
    <Panel title={t("report")} className="lion-wide">
      <Loaded polled={polled}>{({ markdown }) => <Report markdown={markdown} />}</Loaded>
    </Panel>
  );
}

/** All lions: table, map, health, leaderboards, quality of the data, the last report. */
export function Overview() {
  const { t, count } = useI18n();
  const lions = usePolling("liontrack lions", api.lions, REFRESH_MS);
  const dashboard = usePolling("liontrack dashboard", api.dashboard, REFRESH_MS);
  return (
    <>
      <PageHead title={t("title")}>
        {lions.data === null ? undefined : count("summary", lions.data.length)}
      </PageHead>
      {dashboard.data?.demonstration && (
        <DemonstrationNote sources={[t("demonstration")]}>{t("demonstration.detail")}</DemonstrationNote>
      )}
      <div className="lion-grid">
        <Panel title={t("lions")} className="lion-wide">
          <Loaded polled={lions}>{(data) => <LionTable lions={data} />}</Loaded>
        </Panel>
        <Panel title={t("map")}>
          <Loaded polled={lions}>{(data) => <LionMap marks={marksOf(data)} />}</Loaded>
        </Panel>
        <Loaded polled={dashboard}>
          {(data) => (
            <>
              <Health dashboard={data} />
              <Leaders dashboard={data} />
              <QualityPanel dashboard={data} />
            </>
          )}
        </Loaded>
        <ReportPanel />
      </div>
    </>
  );
}
