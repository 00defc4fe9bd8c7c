import type { StreamingJob } from "../../api/schemas";
import { useI18n } from "../../i18n/context";
import { Fact, When } from "./Fact";
import { jobState } from "./names";
import { StateMark } from "./StateMark";

/** The keeper looks every minute; a job that it has not looked at for so long is not watched any more. */
const UNWATCHED_AFTER_MS = 5 * 60_000;

function Job({ job, now }: { job: StreamingJob; now: number }) {
  const { t, format } = useI18n();
  const { name, wanted, state, failures, reason, checked_at } = job;
  const unwatched =
    wanted === "running" && checked_at !== null && now - Date.parse(checked_at) > UNWATCHED_AFTER_MS;
  return (
    <li className="pipe-card" data-job={name} data-state={state ?? ""}>
      <div className="pipe-head">
        <h3>{name}</h3>
        <p className="pipe-states">
          <StateMark {...jobState(job, t)} />
          {unwatched && <StateMark words={t("job.unwatched")} tone="warning" icon="warning" />}
        </p>
      </div>
      <dl className="pipe-facts">
        <Fact name={t("job.wanted")}>
          {wanted === "running" || wanted === "stopped" ? t(`job.wanted.${wanted}`) : wanted}
        </Fact>
        <Fact name={t("job.checked")}>
          <When time={checked_at} never={t("job.checked.never")} now={now} />
        </Fact>
        <Fact name={t("job.restarted")}>
          <When time={job.restarted_at} never={t("job.restarted.never")} now={now} />
        </Fact>
        <Fact name={t("job.failures")}>{format.integer(failures)}</Fact>
      </dl>
      {(reason !== null || state === "given_up") && (
        <div className="pipe-error">
          {state === "given_up" && <p>{t("job.given_up.what")}</p>}
          {reason !== null && <pre>{reason}</pre>}
        </div>
      )}
    </li>
  );
}

/** Each job that should run all the time: whether it does, and why not. */
export function Jobs({ jobs, now }: { jobs: readonly StreamingJob[]; now: number }) {
  const { t } = useI18n();
  return (
    <section aria-labelledby="jobs-title" data-testid="pipeline-jobs">
      <div className="section-head">
        <h2 id="jobs-title">{t("pipeline.jobs")}</h2>
      </div>
      {jobs.length === 0 ? (
        <p>{t("pipeline.jobs.none")}</p>
      ) : (
        <ul className="pipe-list">
          {jobs.map((job) => (
            <Job key={`${job.product} ${job.name}`} job={job} now={now} />
          ))}
        </ul>
      )}
    </section>
  );
}
