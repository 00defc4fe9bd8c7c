import type { Station } from "../api/schemas";
import { useI18n } from "../i18n/context";
import { Icon } from "./Icon";

/** Says that what is shown was measured elsewhere, where any of the stations says so. */
export function DemonstrationBanner({ stations }: { stations: readonly Station[] }) {
  const { t } = useI18n();
  const sources = new Set(
    stations.map(({ demonstration }) => demonstration).filter((source) => source !== null),
  );
  if (sources.size === 0) return null;
  const every = stations.every(({ demonstration }) => demonstration !== null);
  return (
    <aside className="demonstration" data-testid="demonstration-banner">
      <Icon name="info" />
      <p>
        <strong>{t("notice.demonstration", { source: [...sources].sort().join(", ") })}</strong>{" "}
        {t(every ? "notice.demonstration.detail" : "notice.demonstration.some")}
      </p>
    </aside>
  );
}
