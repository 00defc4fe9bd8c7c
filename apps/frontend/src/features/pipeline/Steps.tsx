import { Empty } from "../../components/Empty";
import { Fact } from "../../components/Fact";
import { Moment } from "../../components/Moment";
import { StateMark } from "../../components/StateMark";
import { useI18n } from "../../i18n/texts";
import { usePlatform } from "../../lib/status/platform";
import { stepState, type WorkflowName } from "./names";
import type { PipelineStep } from "./schemas";

type Names = { workflowName: WorkflowName; withProduct: boolean };

const GRAVITIES: ReadonlyMap<string, number> = new Map([
  ["failed", 1],
  ["killed", 2],
  ["retrying", 3],
]);

/** Sort order, most severe first: late, failing, interrupted, retrying, then the rest by name. */
function gravity({ late, state }: PipelineStep): number {
  return late === true ? 0 : (GRAVITIES.get(state) ?? 4);
}

function Step({ step, workflowName, withProduct }: { step: PipelineStep } & Names) {
  const { t, format } = useI18n();
  const { now } = usePlatform();
  const { workflow, task, started_at, ended_at, last_error } = step;
  const seconds = ended_at === null ? null : (Date.parse(ended_at) - Date.parse(started_at)) / 1000;
  const names = [...(withProduct ? [step.product] : []), ...new Set([workflow, task])];
  const started = format.ago((now - Date.parse(started_at)) / 1000) ?? t("freshness.now");
  return (
    <li
      className="card"
      data-step={`${workflow}/${task}`}
      data-state={step.state}
      data-late={step.late ?? ""}
    >
      <div className="card-head">
        <h3>
          {workflowName(step.product, workflow)} <small>{names.join(" · ")}</small>
        </h3>
        <p className="card-states">
          <StateMark {...stepState(step, t)} />
          {step.late === true && <StateMark words={t("step.late")} tone="warning" icon="clock" />}
        </p>
      </div>
      <dl className="facts">
        <Fact name={t("step.succeeded")}>
          <Moment time={step.last_succeeded_at} never={t("step.succeeded.never")} />
        </Fact>
        <Fact name={t("step.run")}>
          {seconds === null
            ? started
            : t("step.run.took", { time: started, duration: format.duration(Math.max(0, seconds)) })}
        </Fact>
        <Fact name={t("step.failed")}>
          <Moment time={step.last_failed_at} never={t("step.failed.never")} />
        </Fact>
      </dl>
      {last_error !== null && (
        <div className="card-error">
          <p>{step.state === "failed" ? t("step.error") : t("step.error.past")}</p>
          <pre>{last_error}</pre>
        </div>
      )}
    </li>
  );
}

/** Each step of each workflow: the state of its last run, its last success, and why it failed. */
export function Steps({ steps, ...names }: { steps: readonly PipelineStep[] } & Names) {
  const { t } = useI18n();
  const worstFirst = [...steps].sort((a, b) => gravity(a) - gravity(b));
  return (
    <section aria-labelledby="steps-title" data-testid="pipeline-steps">
      <div className="section-head">
        <h2 id="steps-title">{t("pipeline.steps")}</h2>
      </div>
      {steps.length === 0 ? (
        <Empty title={t("pipeline.steps.none")} testId="no-steps">
          {t("pipeline.steps.none.detail")}
        </Empty>
      ) : (
        <ul className="card-list">
          {worstFirst.map((step) => (
            <Step key={`${step.product} ${step.workflow} ${step.task}`} step={step} {...names} />
          ))}
        </ul>
      )}
    </section>
  );
}
