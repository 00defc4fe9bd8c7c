import { useI18n } from "../i18n/texts";
import { usePlatform } from "../lib/status/platform";
import { browserZone } from "../lib/zone";

type Props = {
  /** UTC, ISO 8601; null if it never happened. */
  time: string | null;
  /** Text for null. */
  never: string;
  /** Time zone of the clock time; default: the browser's. */
  zone?: string;
};

/** The age of a moment, and its date and clock time. */
export function Moment({ time, never, zone = browserZone() }: Props) {
  const { t, format } = useI18n();
  const { now } = usePlatform();
  if (time === null) return <>{never}</>;
  const moment = Date.parse(time);
  return (
    <time dateTime={time}>
      {format.ago((now - moment) / 1000) ?? t("freshness.now")}
      <span className="when"> ({format.moment(moment, zone, now)})</span>
    </time>
  );
}
