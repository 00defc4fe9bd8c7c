import { Failure } from "../components/Failure";
import { Icon } from "../components/Icon";
import { Link } from "../components/Link";
import { useI18n } from "../i18n/texts";
import type { ProductWords } from "../lib/product";
import { useSite } from "../lib/site";
import { type Alarm, doubtsData } from "../lib/status/alarm";
import { usePlatform } from "../lib/status/platform";
import { browserZone } from "../lib/zone";
import { useModules, useProductTitle, useWorkflowName } from "./modules";
import { PIPELINE_HREF } from "./place";

/** The texts of the product that an alarm concerns. */
function useWords(alarm: Alarm): ProductWords {
  const { modules } = useModules();
  const site = useSite();
  const name = alarm.kind === "stale" ? alarm.product : site.product?.name;
  return modules.find((module) => module.name === name)?.words ?? {};
}

function Headline({ alarm }: { alarm: Alarm }) {
  const { t, text, format } = useI18n();
  const titleOf = useProductTitle();
  const workflowName = useWorkflowName();
  const words = useWords(alarm);
  switch (alarm.kind) {
    case "offline":
      return t("notice.offline");
    case "platform_down":
      return t("notice.platform_down");
    case "api_down":
      return t("notice.api_down", { product: titleOf(alarm.product) });
    case "starrocks_down":
      return t("notice.starrocks_down");
    case "stale": {
      const ago = (alarm.ageSeconds === null ? null : format.ago(alarm.ageSeconds)) ?? t("freshness.now");
      const own = words["notice.stale"];
      return own === undefined ? t("notice.stale", { ago }) : text(own, { ago });
    }
    case "failed":
      return t("notice.failed");
    case "job_stopped":
      return t("notice.job_stopped", { jobs: alarm.jobs.join(", ") });
    case "step_late":
      return t("notice.step_late", {
        steps: alarm.steps.map(({ product, workflow }) => workflowName(product, workflow)).join(", "),
      });
  }
}

function Explanation({ alarm }: { alarm: Alarm }) {
  const { t, text } = useI18n();
  const words = useWords(alarm);
  switch (alarm.kind) {
    case "offline":
      return t("notice.offline.detail");
    case "platform_down":
      return t("notice.platform_down.detail", { error: alarm.error });
    case "api_down":
      return t("notice.api_down.detail", { error: alarm.error });
    case "starrocks_down":
      return t("notice.starrocks_down.detail");
    case "stale":
    case "job_stopped": {
      const own = words[`notice.${alarm.kind}.detail`];
      return own === undefined ? t(`notice.${alarm.kind}.detail`) : text(own);
    }
    case "failed":
      return <Failure error={alarm.error} />;
    case "step_late":
      return t("notice.step_late.detail");
  }
}

/** Alarms that leave the page usable. */
const QUIET: readonly Alarm["kind"][] = ["stale", "failed", "step_late", "platform_down"];

/** The most important problem: old data, or a part of the platform that does not respond. */
export function AlarmBanner({ onPipeline }: { onPipeline: boolean }) {
  const { t, format } = useI18n();
  const { now } = usePlatform();
  const { alarm, lastKnown, receivedAt } = useSite();
  const loud = alarm !== null && !QUIET.includes(alarm.kind);
  return (
    // The region stays in the page while it is empty, because a screen reader announces changes only in an existing region.
    <div className="alarm-region" role="alert" aria-atomic="true">
      {alarm !== null && (
        <div
          className={`alarm ${loud ? "alarm-down" : "alarm-stale"}`}
          data-testid="alarm"
          data-alarm={alarm.kind}
        >
          <Icon name="warning" />
          <div>
            <strong>
              <Headline alarm={alarm} />
            </strong>
            <p>
              <Explanation alarm={alarm} />
              {!doubtsData(alarm) && !onPipeline && (
                <>
                  {" "}
                  <Link href={PIPELINE_HREF}>{t("notice.to_pipeline")}</Link>
                </>
              )}
              {lastKnown && receivedAt !== null && (
                <> {t("notice.last_known", { time: format.moment(receivedAt, browserZone(), now) })}</>
              )}
            </p>
          </div>
        </div>
      )}
    </div>
  );
}
