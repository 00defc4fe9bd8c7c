import type { Station } from "../api/schemas";
import { useI18n } from "../texts";

/** Labels of a station that is not registered or part of the demonstration. */
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
