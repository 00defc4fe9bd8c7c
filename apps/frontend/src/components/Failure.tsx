import { useI18n } from "../i18n/texts";
import type { RequestError } from "../lib/api";

/** A message about a failed request, and that the page retries. */
export function Failure({ error }: { error: RequestError }) {
  const { t } = useI18n();
  const words =
    error.kind === "problem" ? t("failure.problem", { detail: error.detail }) : t(`failure.${error.kind}`);
  return (
    <>
      {words} {t("failure.retry")}
    </>
  );
}
