import { useCallback } from "react";
import { Failure } from "../../../components/Failure";
import { usePlatform } from "../../../lib/status/platform";
import { usePolling } from "../../../lib/usePolling";
import { browserZone } from "../../../lib/zone";
import { api } from "../api/client";
import { useI18n } from "../texts";

const DAY_MS = 86_400_000;
const LIMIT = 100;
const SHOWN = 5;
const REFRESH_MS = 30_000;
const PAYLOAD_SHOWN = 2_000;

/** The messages of the last day that were rejected in whole or in part, with the reasons. */
export function RejectedPanel() {
  const { t, count, format } = useI18n();
  const { now } = usePlatform();
  const load = useCallback((signal: AbortSignal) => api.rejected(Date.now() - DAY_MS, LIMIT, signal), []);
  const { data, error } = usePolling("rejected", load, REFRESH_MS);
  const zone = browserZone();
  const newest = [...(data?.items ?? [])].sort((a, b) => b.received_at.localeCompare(a.received_at));
  const more = data !== null && data.next_cursor !== null;
  const total = newest.length;

  return (
    <section
      className="panel rejected"
      aria-labelledby="rejected-title"
      data-testid="rejected"
      data-rejected-count={data === null ? "" : total}
    >
      <h2 id="rejected-title">
        {t("rejected.title")} <small>{t("rejected.since")}</small>
      </h2>
      {data === null && error !== null && (
        <p>
          {t("rejected.unavailable")} <Failure error={error} />
        </p>
      )}
      {data !== null && total === 0 && (
        <p>
          <strong>{t("rejected.none")}</strong> {t("rejected.none.detail")}
        </p>
      )}
      {total > 0 && (
        <>
          <p>
            <strong className="rejected-count">
              {more
                ? t("rejected.count.more", { count: format.integer(total) })
                : count("rejected.count", total)}
              .
            </strong>{" "}
            {t("rejected.detail")}
          </p>
          <h3>{t("rejected.latest")}</h3>
          <ul>
            {newest.slice(0, SHOWN).map((item) => (
              <li key={`${item.received_at} ${item.message_id}`}>
                <p className="rejected-line">
                  <time dateTime={item.received_at}>
                    {format.moment(Date.parse(item.received_at), zone, now)}
                  </time>
                  <span>{item.station_id ?? t("rejected.no_station")}</span>
                </p>
                <p className="rejected-reason">{item.reject_reason}</p>
                {item.payload != null && (
                  <details>
                    <summary>{t("rejected.payload")}</summary>
                    <pre>
                      {item.payload.length > PAYLOAD_SHOWN
                        ? `${item.payload.slice(0, PAYLOAD_SHOWN)}…`
                        : item.payload}
                    </pre>
                  </details>
                )}
              </li>
            ))}
          </ul>
        </>
      )}
    </section>
  );
}
