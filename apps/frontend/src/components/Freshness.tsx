import { doubtsData } from "../data/health";
import { usePlatform } from "../data/platform";
import { useI18n } from "../i18n/context";

/** How old the newest measurement of all stations is; on every page, in good times too. */
export function Freshness() {
  const { t, format } = useI18n();
  const { status, alarm, ageSeconds: age } = usePlatform();
  const state = doubtsData(alarm) ? "old" : age === null ? "unknown" : "fresh";
  let words: string;
  if (age !== null) words = t("freshness.last", { ago: format.ago(age) ?? t("freshness.now") });
  else if (status.data?.api.reachable && status.data.starrocks.reachable) words = t("freshness.none");
  else words = t("freshness.unknown");
  return (
    <p className="freshness" data-testid="freshness" data-freshness={state}>
      <span className="pulse" aria-hidden="true" />
      {words}
    </p>
  );
}
