import { type Alarm, doubtsData } from "../data/health";
import { usePlatform } from "../data/platform";
import { type I18n, useI18n } from "../i18n/context";
import { PIPELINE_HREF, useRoute } from "../routes";
import { failureWords } from "./failure";
import { Icon } from "./Icon";
import { Link } from "./Link";
import { workflowName } from "./pipeline/names";

function headline(alarm: Alarm, { t, format }: I18n): string {
  switch (alarm.kind) {
    case "offline":
      return t("notice.offline");
    case "api_down":
      return t("notice.api_down");
    case "starrocks_down":
      return t("notice.starrocks_down");
    case "stale": {
      const ago = alarm.ageSeconds === null ? null : format.ago(alarm.ageSeconds);
      return t("notice.stale", { ago: ago ?? t("freshness.now") });
    }
    case "failed":
      return t("notice.failed");
    case "job_stopped":
      return t("notice.job_stopped", { jobs: alarm.jobs.join(", ") });
    case "step_late":
      return t("notice.step_late", {
        steps: alarm.workflows.map((workflow) => workflowName(workflow, t)).join(", "),
      });
  }
}

function explanation(alarm: Alarm, { t }: I18n, failure: string | null): string {
  switch (alarm.kind) {
    case "offline":
      return t("notice.offline.detail");
    case "api_down":
      return t("notice.api_down.detail", { error: alarm.error });
    case "starrocks_down":
      return t("notice.starrocks_down.detail");
    case "stale":
      return t("notice.stale.detail");
    case "failed":
      return failure ?? t("failure.retry");
    case "job_stopped":
      return t("notice.job_stopped.detail");
    case "step_late":
      return t("notice.step_late.detail");
  }
}

/** Alarms that leave the page usable as it is. */
const QUIET: readonly Alarm["kind"][] = ["stale", "failed", "step_late"];

/** What a person must see at once: old data, or a part of the platform that does not answer. */
export function AlarmBanner() {
  const i18n = useI18n();
  const { alarm, current, lastKnown, now } = usePlatform();
  const { page } = useRoute();
  const failure = current.error === null ? null : failureWords(current.error, i18n.t);
  const loud = alarm !== null && !QUIET.includes(alarm.kind);
  return (
    // The region stays in the page while it is empty: a screen reader announces only changes of what it already knows.
    <div className="alarm-region" role="alert" aria-atomic="true">
      {alarm !== null && (
        <div
          className={`alarm ${loud ? "alarm-down" : "alarm-stale"}`}
          data-testid="alarm"
          data-alarm={alarm.kind}
        >
          <Icon name="warning" />
          <div>
            <strong>{headline(alarm, i18n)}</strong>
            <p>
              {explanation(alarm, i18n, failure)}
              {!doubtsData(alarm) && page !== "pipeline" && (
                <>
                  {" "}
                  <Link href={PIPELINE_HREF}>{i18n.t("notice.to_pipeline")}</Link>
                </>
              )}
              {lastKnown && current.receivedAt !== null && (
                <>
                  {" "}
                  {i18n.t("notice.last_known", {
                    time: i18n.format.moment(
                      current.receivedAt,
                      Intl.DateTimeFormat().resolvedOptions().timeZone,
                      now,
                    ),
                  })}
                </>
              )}
            </p>
          </div>
        </div>
      )}
    </div>
  );
}
