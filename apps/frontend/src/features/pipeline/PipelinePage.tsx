import type { ReactNode } from "react";
import { Empty } from "../../components/Empty";
import { Failure } from "../../components/Failure";
import { useI18n } from "../../i18n/texts";
import { apiGet } from "../../lib/api";
import { isStopped } from "../../lib/status/alarm";
import { usePolling } from "../../lib/usePolling";
import { useTitle } from "../../lib/useTitle";
import { Jobs } from "./Jobs";
import { Monitoring } from "./Monitoring";
import type { WorkflowName } from "./names";
import { Steps } from "./Steps";
import { type Pipeline, pipelineSchema } from "./schemas";

const REFRESH_MS = 10_000;

const load = (signal: AbortSignal): Promise<Pipeline> =>
  apiGet("platform", "/v1/pipeline", pipelineSchema, signal);

function Summary({ pipeline }: { pipeline: Pipeline }) {
  const { t, count } = useI18n();
  const stopped = pipeline.jobs.filter(isStopped).length;
  const late = pipeline.steps.filter((step) => step.late === true).length;
  const failing = pipeline.steps.filter(({ state }) => state === "failed").length;
  const problems = [
    ...(stopped > 0 ? [count("pipeline.stopped", stopped)] : []),
    ...(late > 0 ? [count("pipeline.late", late)] : []),
    ...(failing > 0 ? [count("pipeline.failing", failing)] : []),
  ];
  return <strong>{problems.length === 0 ? t("pipeline.ok") : problems.join(" ")}</strong>;
}

type Props = {
  workflowName: WorkflowName;
  /** Names of the stack's products; null while they are unknown. */
  products: readonly string[] | null;
  /** Sections of the products. */
  children?: ReactNode;
};

/** The page about streaming jobs and scheduled steps, with the products' sections. */
export function PipelinePage({ workflowName, products, children }: Props) {
  const { t } = useI18n();
  useTitle(t("pipeline.title"));
  const { data, error } = usePolling("pipeline", load, REFRESH_MS);
  const several = (products?.length ?? 0) > 1;
  return (
    <>
      <div className="page-head">
        <h1>{t("pipeline.title")}</h1>
        <p className="lead" data-testid="pipeline-summary">
          {data !== null && <Summary pipeline={data} />} {t("pipeline.lead")}
        </p>
      </div>
      {products?.length === 0 && (
        <Empty title={t("home.none")} testId="no-products">
          {t("home.none.detail")}
        </Empty>
      )}
      {data === null && error === null && <p role="status">{t("pipeline.loading")}</p>}
      {data === null && error !== null && (
        <Empty title={t("pipeline.unavailable")} testId="unavailable">
          <Failure error={error} />
        </Empty>
      )}
      {data !== null && (
        <>
          <Jobs jobs={data.jobs} withProduct={several} />
          <Steps steps={data.steps} workflowName={workflowName} withProduct={several} />
        </>
      )}
      <Monitoring />
      {children}
    </>
  );
}
