import type { ReactNode } from "react";
import { useI18n } from "../../i18n/context";

/** A named value of a `<dl>`. */
export function Fact({ name, children }: { name: string; children: ReactNode }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  );
}

/** How long ago something was and when, in this browser's zone; `never` where it was not. */
export function When({ time, never, now }: { time: string | null; never: string; now: number }) {
  const { t, format } = useI18n();
  if (time === null) return <>{never}</>;
  const moment = Date.parse(time);
  const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
  return (
    <time dateTime={time}>
      {format.ago((now - moment) / 1000) ?? t("freshness.now")}
      <span className="when"> ({format.moment(moment, zone, now)})</span>
    </time>
  );
}
