import { Icon } from "../../../components/Icon";
import { navigate } from "../../../lib/router";
import { usePlatform } from "../../../lib/status/platform";
import { addDays, isDay, knownZone, localClock } from "../../../lib/zone";
import { PERIOD_DAYS } from "../charts/hours";
import { endOf, windowOf } from "../charts/period";
import { type StationView, stationHref } from "../routes";
import { useI18n } from "../texts";

type Props = { stationId: string; zone: string; lastMeasuredAt: string | null } & StationView;

/** The days that the charts show, with buttons for earlier and later ones. */
export function HistoryRange({ stationId, zone: named, lastMeasuredAt, ...view }: Props) {
  const { t, format } = useI18n();
  const { now } = usePlatform();
  const zone = knownZone(named);
  const { period, until } = view;
  const today = localClock(now, zone).day;
  const window = windowOf(period, endOf(until, zone, now));
  const last = lastMeasuredAt === null ? null : Date.parse(lastMeasuredAt);
  const outside = last !== null && last < window.from;
  const show = (day: string | null) =>
    navigate(stationHref(stationId, { ...view, until: day === null || day >= today ? null : day }), {
      replace: true,
    });
  const move = (days: number) => show(addDays(until ?? today, days));
  return (
    <div className="history-range">
      <div className="steps">
        <button type="button" className="step" onClick={() => move(-PERIOD_DAYS[period])}>
          <Icon name="back" />
          <span className="visually-hidden">{t("history.earlier")}</span>
        </button>
        <p data-testid="history-range">
          {t("history.range", { from: format.date(window.from, zone), to: format.date(window.to - 1, zone) })}
        </p>
        <button
          type="button"
          className="step step-later"
          disabled={until === null}
          onClick={() => move(PERIOD_DAYS[period])}
        >
          <Icon name="back" />
          <span className="visually-hidden">{t("history.later")}</span>
        </button>
      </div>
      <label className="until">
        <span>{t("history.until")}</span>
        <input
          type="date"
          value={until ?? today}
          max={today}
          onChange={({ target }) => isDay(target.value) && show(target.value)}
        />
      </label>
      {until !== null && (
        <button type="button" className="text-button" onClick={() => show(null)}>
          {t("history.now")}
        </button>
      )}
      {outside && (
        <button type="button" className="text-button" onClick={() => show(localClock(last, zone).day)}>
          {t("history.to_last", { day: format.date(last, zone) })}
        </button>
      )}
    </div>
  );
}
