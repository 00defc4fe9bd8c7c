import type { Station } from "../api/schemas";
import { useI18n } from "../texts";

/** Small labels of a station that is not an ordinary one: not registered, or there for demonstration. */
export function StationMarks({ station }: { station: Station }) {
  const { t } = useI18n();
  return (
    <>
      {!station.registered && (
        <span className="mark mark-warning" data-testid="unregistered" title={t("station.unregistered.long")}>
          {t("station.unregistered")}
        </span>
      )}
      {station.demonstration !== null && <span className="mark">{t("station.demonstration")}</span>}
    </>
  );
}
