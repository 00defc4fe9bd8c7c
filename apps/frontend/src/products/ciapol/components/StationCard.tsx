import { Link } from "../../../components/Link";
import { usePlatform } from "../../../lib/status/platform";
import type { CurrentItem } from "../api/schemas";
import { shownIndex } from "../aqi/reliability";
import { stationHref } from "../routes";
import { useI18n } from "../texts";
import { Advice } from "./Advice";
import { AqiScale } from "./AqiScale";
import { AqiTile } from "./AqiTile";
import { IndexMarks, WhyNoIndex } from "./IndexMarks";
import { PollutantName } from "./PollutantName";
import { StationMarks } from "./StationMarks";

/** One station of the ranking: index, category and advice in words, main pollutant and time of the last measurement. */
export function StationCard({ item }: { item: CurrentItem }) {
  const { t, format } = useI18n();
  const { now } = usePlatform();
  const { station, aqi, category, dominant_pollutant: dominant } = item;
  const shown = shownIndex(item);
  const measured = station.last_measured_at;
  return (
    <li
      className="station-card"
      data-station={station.station_id}
      data-aqi={aqi ?? ""}
      data-category={category ?? ""}
      data-registered={station.registered}
    >
      <AqiTile
        aqi={shown.aqi}
        atLeast={shown.atLeast}
        category={shown.category}
        color={shown.category === null ? null : item.color}
      />
      <div className="station-words">
        <h3>
          <Link href={stationHref(station.station_id)}>{station.name ?? station.station_id}</Link>
        </h3>
        <p className="station-place">
          {item.rank !== null && (
            <span className="rank">
              <span className="visually-hidden">{t("station.rank", { rank: item.rank })}. </span>
              <span aria-hidden="true">{item.rank}</span>
            </span>
          )}
          {station.commune ?? t("station.no_commune")}
          <StationMarks station={station} />
        </p>
        <p className="category">
          {t(`category.${shown.category ?? (shown.incomplete ? "incomplete" : "unknown")}`)}
          <IndexMarks index={shown} />
        </p>
      </div>
      <AqiScale aqi={shown.aqi} />
      <div className="advice">
        <p>
          <Advice index={shown} />
        </p>
        <WhyNoIndex index={shown} zone={station.time_zone} />
      </div>
      <dl className="station-facts">
        <div>
          <dt title={t("station.dominant")}>{t("station.dominant.short")}</dt>
          <dd>{dominant === null ? t("station.dominant.none") : <PollutantName pollutant={dominant} />}</dd>
        </div>
        <div>
          <dt>{t("station.measured")}</dt>
          <dd>
            {measured === null ? (
              t("station.never")
            ) : (
              <time dateTime={measured}>{format.moment(Date.parse(measured), station.time_zone, now)}</time>
            )}
          </dd>
        </div>
      </dl>
    </li>
  );
}
