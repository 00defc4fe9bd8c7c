import { api } from "../api/client";
import type { Pipeline } from "../api/schemas";
import { Empty } from "../components/Empty";
import { failureWords } from "../components/failure";
import { Jobs } from "../components/pipeline/Jobs";
import { QualityPanel } from "../components/pipeline/QualityPanel";
import { Steps } from "../components/pipeline/Steps";
import { isStopped } from "../data/health";
import { usePlatform } from "../data/platform";
import { usePolling } from "../data/usePolling";
import { useI18n } from "../i18n/context";
import { useTitle } from "../useTitle";

const REFRESH_MS = 10_000;

function Summary({ pipeline }: { pipeline: Pipeline }) {
  const { t, count } = useI18n();
  const stopped = pipeline.jobs.filter(isStopped).length;
  const late = pipeline.steps.filter((step) => step.late === true).length;
  const failing = pipeline.steps.filter(({ state }) => state === "failed").length;
  const complaints = [
    ...(stopped > 0 ? [count("pipeline.stopped", stopped)] : []),
    ...(late > 0 ? [count("pipeline.late", late)] : []),
    ...(failing > 0 ? [count("pipeline.failing", failing)] : []),
  ];
  return <strong>{complaints.length === 0 ? t("pipeline.ok") : complaints.join(" ")}</strong>;
}

/** What keeps the data going: the scheduled steps, the streaming jobs, and how good the data are. */
export function PipelinePage() {
  const { t } = useI18n();
  const { now } = usePlatform();
  useTitle(t("pipeline.title"));
  const { data, error } = usePolling("pipeline", api.pipeline, REFRESH_MS);
  return (
    <>
      <div className="page-head">
        <h1>{t("pipeline.title")}</h1>
        <p className="lead" data-testid="pipeline-summary">
          {data !== null && <Summary pipeline={data} />} {t("pipeline.lead")}
        </p>
      </div>
      {data === null && error === null && <p role="status">{t("pipeline.loading")}</p>}
      {data === null && error !== null && (
        <Empty title={t("pipeline.unavailable")} testId="unavailable">
          {failureWords(error, t)} {t("failure.retry")}
        </Empty>
      )}
      {data !== null && (
        <>
          <Jobs jobs={data.jobs} now={now} />
          <Steps steps={data.steps} now={now} />
        </>
      )}
      <QualityPanel />
    </>
  );
}
