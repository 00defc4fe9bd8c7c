import { useState } from "react";
import { Empty } from "../../../components/Empty";
import { Failure } from "../../../components/Failure";
import { useSite } from "../../../lib/site";
import { useTitle } from "../../../lib/useTitle";
import { useCurrent } from "../api/current";
import type { CurrentItem } from "../api/schemas";
import { DemonstrationBanner } from "../components/DemonstrationBanner";
import { Legend } from "../components/Legend";
import { StationCard } from "../components/StationCard";
import { useI18n } from "../texts";

/** Number of stations from which on a search field is shown. */
const FILTER_FROM = 10;

function plain(text: string): string {
  return text
    .normalize("NFD")
    .replace(/\p{Diacritic}/gu, "")
    .toLowerCase();
}

function matches({ station }: CurrentItem, text: string): boolean {
  const words = plain(`${station.name ?? ""} ${station.station_id} ${station.commune ?? ""}`);
  return words.includes(plain(text.trim()));
}

function Ranking({ items }: { items: readonly CurrentItem[] }) {
  const { t } = useI18n();
  const { lastKnown } = useSite();
  const [text, setText] = useState("");
  const shown = items.filter((item) => matches(item, text));
  return (
    <section aria-labelledby="ranking-title" data-testid="ranking" data-last-known={lastKnown}>
      <div className="section-head">
        <h2 id="ranking-title">
          {t("overview.ranking")}
          {lastKnown && <span className="mark mark-warning">{t("mark.last_known")}</span>}
        </h2>
        {items.length >= FILTER_FROM && (
          <input
            type="search"
            className="filter"
            value={text}
            onChange={(event) => setText(event.target.value)}
            placeholder={t("overview.filter")}
            aria-label={t("overview.filter")}
          />
        )}
      </div>
      {shown.length === 0 ? (
        <p role="status">{t("overview.filter.none", { text })}</p>
      ) : (
        <ol className="station-list">
          {shown.map((item) => (
            <StationCard key={item.station.station_id} item={item} />
          ))}
        </ol>
      )}
    </section>
  );
}

function Summary({ items }: { items: readonly CurrentItem[] }) {
  const { t, count, format } = useI18n();
  const worst = items.find(({ aqi }) => aqi !== null);
  return (
    <p className="lead">
      {count("stations", items.length)}.{" "}
      {worst !== undefined &&
        worst.aqi !== null &&
        t("overview.worst", {
          station: worst.station.name ?? worst.station.station_id,
          aqi: format.integer(worst.aqi),
        })}
    </p>
  );
}

/** All stations, the most polluted first. */
export function Overview() {
  const { t } = useI18n();
  const current = useCurrent();
  useTitle(t("overview.title"));
  const items = current.data?.items ?? null;
  return (
    <>
      <div className="page-head">
        <h1>{t("overview.title")}</h1>
        {items !== null && items.length > 0 && <Summary items={items} />}
      </div>
      {items === null && current.error === null && <p role="status">{t("empty.loading")}</p>}
      {items === null && current.error !== null && (
        <Empty title={t("empty.unavailable")} testId="unavailable">
          <Failure error={current.error} />
        </Empty>
      )}
      {items !== null && items.length === 0 && (
        <Empty title={t("empty.stations")} testId="no-stations">
          {t("empty.stations.detail")}
        </Empty>
      )}
      {items !== null && items.length > 0 && (
        <>
          <DemonstrationBanner stations={items.map(({ station }) => station)} />
          <Legend items={items} />
          <Ranking items={items} />
        </>
      )}
    </>
  );
}
