import { DataTable } from "../../components/DataTable";
import { Fact } from "../../components/Fact";
import { StateMark } from "../../components/StateMark";
import { useI18n } from "../../i18n/texts";
import type { Flow } from "./schemas";

const MEBIBYTE = 2 ** 20;

/** Rates, backlogs and rejected shares, from topic to table. */
function Rates({ flow }: { flow: Flow }) {
  const { t, format } = useI18n();
  const rate = (value: number | null) => (value === null ? null : format.number(value));
  return (
    <>
      <h3>{t("flow.topics")}</h3>
      <DataTable
        label={t("flow.topics")}
        rows={flow.topics}
        rowKey={({ topic }) => topic}
        testId="flow-topic"
        columns={[
          { header: t("flow.topic"), cell: ({ topic }) => topic },
          { header: t("flow.in"), cell: ({ in_per_second }) => rate(in_per_second), numeric: true },
          {
            header: t("flow.backlog"),
            cell: ({ backlog }) => (backlog === null ? null : format.integer(backlog)),
            numeric: true,
          },
          {
            header: t("flow.lag"),
            cell: ({ lag_seconds }) => (lag_seconds === null ? null : format.duration(lag_seconds)),
            numeric: true,
          },
        ]}
      />
      <h3>{t("flow.jobs")}</h3>
      <DataTable
        label={t("flow.jobs")}
        rows={flow.jobs}
        rowKey={({ name }) => name}
        testId="flow-job"
        columns={[
          { header: t("flow.job"), cell: ({ name }) => name },
          {
            header: t("flow.state"),
            cell: ({ running }) => (
              <StateMark
                words={t(running ? "flow.running" : "flow.stopped")}
                tone={running ? "good" : "bad"}
                icon={running ? "check" : "warning"}
              />
            ),
          },
          {
            header: t("flow.received"),
            cell: ({ received_per_second }) => rate(received_per_second),
            numeric: true,
          },
          {
            header: t("flow.written"),
            cell: ({ written_per_second }) => rate(written_per_second),
            numeric: true,
          },
        ]}
      />
      {flow.rejected.length > 0 && (
        <dl className="facts">
          {flow.rejected.map(({ product, share }) => (
            <Fact key={product} name={t("flow.rejected", { product })}>
              {share === null ? t("data.missing") : format.percent(share)}
            </Fact>
          ))}
        </dl>
      )}
    </>
  );
}

/** The resource use of the machine and the services. */
function Resources({ flow }: { flow: Flow }) {
  const { t, format } = useI18n();
  const percent = (share: number | null) => (share === null ? t("data.missing") : format.percent(share));
  return (
    <>
      <h3>{t("flow.resources")}</h3>
      <dl className="facts" data-testid="flow-machine">
        <Fact name={t("flow.cpu")}>{percent(flow.machine.cpu_share)}</Fact>
        <Fact name={t("flow.memory")}>{percent(flow.machine.memory_share)}</Fact>
        <Fact name={t("flow.disk")}>{percent(flow.machine.disk_share)}</Fact>
      </dl>
      <DataTable
        label={t("flow.services")}
        rows={flow.services}
        rowKey={({ service }) => service}
        testId="flow-service"
        columns={[
          { header: t("flow.service"), cell: ({ service }) => service },
          {
            header: t("flow.state"),
            cell: ({ up }) => (
              <StateMark
                words={t(up ? "flow.up" : "flow.down")}
                tone={up ? "good" : "bad"}
                icon={up ? "check" : "warning"}
              />
            ),
          },
          {
            header: t("flow.memory.mib"),
            cell: ({ memory_bytes }) =>
              memory_bytes === null ? null : format.integer(memory_bytes / MEBIBYTE),
            numeric: true,
          },
          {
            header: t("flow.cores"),
            cell: ({ cpu_cores }) =>
              cpu_cores === null ? null : format.exact(Math.round(cpu_cores * 100) / 100),
            numeric: true,
          },
        ]}
      />
    </>
  );
}

/** The data flow and the resource use. */
export function FlowTables({ flow }: { flow: Flow }) {
  const { t } = useI18n();
  return (
    <section aria-labelledby="flow-title" data-testid="pipeline-flow">
      <div className="section-head">
        <h2 id="flow-title">{t("flow.title")}</h2>
      </div>
      <Rates flow={flow} />
      <Resources flow={flow} />
    </section>
  );
}
