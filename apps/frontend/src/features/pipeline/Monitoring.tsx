import { Empty } from "../../components/Empty";
import { Failure } from "../../components/Failure";
import { useI18n } from "../../i18n/texts";
import { apiGet } from "../../lib/api";
import { usePolling } from "../../lib/usePolling";
import { Alerts } from "./Alerts";
import { FlowTables } from "./FlowTables";
import { type Monitored, monitoredSchema } from "./schemas";

const REFRESH_MS = 10_000;

const load = (signal: AbortSignal): Promise<Monitored> =>
  apiGet("platform", "/v1/pipeline/monitoring", monitoredSchema, signal);

/** Alerts, rates, backlogs and resources, or the reason why they are unknown. */
export function Monitoring() {
  const { t } = useI18n();
  const { data, error } = usePolling("monitoring", load, REFRESH_MS);
  if (data === null) {
    if (error === null) return null;
    return (
      <Empty title={t("monitoring.unavailable")} testId="monitoring-unavailable">
        <Failure error={error} />
      </Empty>
    );
  }
  if (!data.enabled) return <p data-testid="monitoring-off">{t("monitoring.off")}</p>;
  if (data.error !== null || data.flow === null) {
    return (
      <Empty title={t("monitoring.unavailable")} testId="monitoring-unavailable">
        {data.error}
      </Empty>
    );
  }
  return (
    <>
      <Alerts alerts={data.alerts} />
      <FlowTables flow={data.flow} />
    </>
  );
}
