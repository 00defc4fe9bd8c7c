import { Fragment } from "react";
import { usePlatform } from "../../../lib/status/platform";
import type { ShownIndex } from "../aqi/reliability";
import { useI18n } from "../texts";
import { PollutantName } from "./PollutantName";

/** Marks of an incomplete or provisional index. Without a category, the text in its place reports that. */
export function IndexMarks({ index }: { index: ShownIndex }) {
  const { t } = useI18n();
  return (
    <>
      {index.incomplete && index.category !== null && (
        <span className="mark mark-warning" data-testid="incomplete" title={t("index.incomplete.long")}>
          {t("index.incomplete")}
        </span>
      )}
      {index.provisional && (
        <span className="mark" data-testid="provisional" title={t("index.provisional.long")}>
          {t("index.provisional")}
        </span>
      )}
    </>
  );
}

/** The reason for a missing index, the missing pollutants, and the time when each can have its index. */
export function WhyNoIndex({ index, zone }: { index: ShownIndex; zone: string }) {
  const { t, format } = useI18n();
  const { now } = usePlatform();
  const { missing, reason } = index;
  if (missing.length === 0 && reason === null) return null;
  return (
    <p className="missing" data-testid="missing">
      {reason !== null && t(`reason.${reason}`)}{" "}
      {missing.length > 0 && t("label", { name: t("index.missing") })}{" "}
      {missing.map(({ pollutant, expectedAt }, position) => (
        <Fragment key={pollutant}>
          {position > 0 && ", "}
          <PollutantName pollutant={pollutant} /> (
          {t("index.expected", { time: format.moment(expectedAt, zone, now) })})
        </Fragment>
      ))}
    </p>
  );
}
