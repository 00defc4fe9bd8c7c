import { Fragment } from "react";
import { neededFor, type ShownIndex } from "../aqi/reliability";
import { useI18n } from "../texts";
import { PollutantName } from "./PollutantName";

/** Marks of an index that is incomplete or provisional. */
export function IndexMarks({ index }: { index: ShownIndex }) {
  const { t } = useI18n();
  return (
    <>
      {index.incomplete && (
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

/** The measured pollutants without an index, and when each will have one. */
export function MissingPollutants({ index }: { index: ShownIndex }) {
  const { t } = useI18n();
  if (index.missing.length === 0) return null;
  return (
    <p className="missing" data-testid="missing">
      {t("label", { name: t("index.missing") })}{" "}
      {index.missing.map((pollutant, position) => (
        <Fragment key={pollutant}>
          {position > 0 && ", "}
          <PollutantName pollutant={pollutant} /> ({t(`index.when.${neededFor(pollutant)}`)})
        </Fragment>
      ))}
    </p>
  );
}
