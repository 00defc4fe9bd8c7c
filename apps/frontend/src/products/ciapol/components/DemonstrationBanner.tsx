import { DemonstrationNote } from "../../../components/DemonstrationNote";
import type { Station } from "../api/schemas";
import { useI18n } from "../texts";

/** A note that demonstration data were measured elsewhere, if any station is a demonstration station. */
export function DemonstrationBanner({ stations }: { stations: readonly Station[] }) {
  const { t } = useI18n();
  const sources = new Set(
    stations.map(({ demonstration }) => demonstration).filter((source) => source !== null),
  );
  if (sources.size === 0) return null;
  const every = stations.every(({ demonstration }) => demonstration !== null);
  return (
    <DemonstrationNote sources={[...sources]}>
      {t(every ? "notice.demonstration.detail" : "notice.demonstration.some")}
    </DemonstrationNote>
  );
}
