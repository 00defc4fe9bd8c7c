import type { PipelineStep } from "../../api/schemas";
import { useI18n } from "../../i18n/context";
import { Empty } from "../Empty";
import { Fact, When } from "./Fact";
import { stepState, workflowName } from "./names";
import { StateMark } from "./StateMark";

/** The worst first: late, failing, interrupted, then the rest by name. */
function gravity({ late, state }: PipelineStep): number {
  if (late === true) return 0;
  return state === "failed" ? 1 : state === "killed" ? 2 : 3;
}

function Step({ step, now }: { step: PipelineStep; now: number }) {
  const { t, format } = useI18n();
  const { workflow, task, started_at, ended_at, last_error } = step;
  const seconds = ended_at === null ? null : (Date.parse(ended_at) - Date.parse(started_at)) / 1000;
  const started = format.ago((now - Date.parse(started_at)) / 1000) ?? t("freshness.now");
  return (
    <li
      className="pipe-card"
      data-step={`${workflow}/${task}`}
      data-state={step.state}
      data-late={step.late ?? ""}
    >
      <div className="pipe-head">
        <h3>
          {workflowName(workflow, t)} <small>{workflow === task ? task : `${workflow} · ${task}`}</small>
        </h3>
        <p className="pipe-states">
          <StateMark {...stepState(step, t)} />
          {step.late === true && <StateMark words={t("step.late")} tone="warning" icon="clock" />}
        </p>
      </div>
      <dl className="pipe-facts">
        <Fact name={t("step.succeeded")}>
          <When time={step.last_succeeded_at} never={t("step.succeeded.never")} now={now} />
        </Fact>
        <Fact name={t("step.run")}>
          {seconds === null
            ? started
            : t("step.run.took", { time: started, duration: format.duration(Math.max(0, seconds)) })}
        </Fact>
        <Fact name={t("step.failed")}>
          <When time={step.last_failed_at} never={t("step.failed.never")} now={now} />
        </Fact>
      </dl>
      {last_error !== null && (
        <div className="pipe-error">
          <p>{step.state === "failed" ? t("step.error") : t("step.error.past")}</p>
          <pre>{last_error}</pre>
        </div>
      )}
    </li>
  );
}

/** Each step of each workflow: how its last run went, when it last succeeded, why it failed. */
export function Steps({ steps, now }: { steps: readonly PipelineStep[]; now: number }) {
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
        <ul className="pipe-list">
          {worstFirst.map((step) => (
            <Step key={`${step.product} ${step.workflow} ${step.task}`} step={step} now={now} />
          ))}
        </ul>
      )}
    </section>
  );
}
