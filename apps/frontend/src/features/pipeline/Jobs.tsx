import { Fact } from "../../components/Fact";
import { Moment } from "../../components/Moment";
import { StateMark } from "../../components/StateMark";
import { useI18n } from "../../i18n/texts";
import { usePlatform } from "../../lib/status/platform";
import { jobState } from "./names";
import type { StreamingJob } from "./schemas";

/** Jobs are checked every minute; after this time without a check a job counts as not monitored. */
const UNWATCHED_AFTER_MS = 5 * 60_000;

function Job({ job, withProduct }: { job: StreamingJob; withProduct: boolean }) {
  const { t, format } = useI18n();
  const { now } = usePlatform();
  const { name, wanted, state, failures, reason, checked_at } = job;
  const unwatched =
    wanted === "running" && checked_at !== null && now - Date.parse(checked_at) > UNWATCHED_AFTER_MS;
  return (
    <li className="card" data-job={name} data-state={state ?? ""}>
      <div className="card-head">
        <h3>
          {name} {withProduct && <small>{job.product}</small>}
        </h3>
        <p className="card-states">
          <StateMark {...jobState(job, t)} />
          {unwatched && <StateMark words={t("job.unwatched")} tone="warning" icon="warning" />}
        </p>
      </div>
      <dl className="facts">
        <Fact name={t("job.wanted")}>
          {wanted === "running" || wanted === "stopped" ? t(`job.wanted.${wanted}`) : wanted}
        </Fact>
        <Fact name={t("job.checked")}>
          <Moment time={checked_at} never={t("job.checked.never")} />
        </Fact>
        <Fact name={t("job.restarted")}>
          <Moment time={job.restarted_at} never={t("job.restarted.never")} />
        </Fact>
        <Fact name={t("job.failures")}>{format.integer(failures)}</Fact>
      </dl>
      {(reason !== null || state === "given_up") && (
        <div className="card-error">
          {state === "given_up" && <p>{t("job.given_up.what")}</p>}
          {reason !== null && <pre>{reason}</pre>}
        </div>
      )}
    </li>
  );
}

/** Each job that should always run, with its state and the reason if it does not run. `withProduct` adds the product's name. */
export function Jobs({ jobs, withProduct }: { jobs: readonly StreamingJob[]; withProduct: boolean }) {
  const { t } = useI18n();
  return (
    <section aria-labelledby="jobs-title" data-testid="pipeline-jobs">
      <div className="section-head">
        <h2 id="jobs-title">{t("pipeline.jobs")}</h2>
      </div>
      {jobs.length === 0 ? (
        <p>{t("pipeline.jobs.none")}</p>
      ) : (
        <ul className="card-list">
          {jobs.map((job) => (
            <Job key={`${job.product} ${job.name}`} job={job} withProduct={withProduct} />
          ))}
        </ul>
      )}
    </section>
  );
}
