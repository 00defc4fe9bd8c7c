import { query } from "../../lib/api";
import { productHref } from "../../lib/product";
import { isDay } from "../../lib/zone";
import { POLLUTANTS, type Pollutant } from "./api/schemas";
import { PERIODS, type Period } from "./charts/hours";

/** `until` is the last day shown (YYYY-MM-DD); null shows the hours up to now. */
export type StationView = { period: Period; pollutant: Pollutant; until: string | null };

const DEFAULT_VIEW: StationView = { period: "3d", pollutant: "pm25", until: null };

export const METHOD_HREF = productHref("ciapol", "/method");
export const HOME_HREF = productHref("ciapol");

/** The view that a query describes; values that do not exist fall back to the default view. */
export function viewOf(search: URLSearchParams): StationView {
  const until = search.get("until") ?? "";
  return {
    period: PERIODS.find((period) => period === search.get("period")) ?? DEFAULT_VIEW.period,
    pollutant:
      POLLUTANTS.find((pollutant) => pollutant === search.get("pollutant")) ?? DEFAULT_VIEW.pollutant,
    until: isDay(until) ? until : DEFAULT_VIEW.until,
  };
}

/** The shareable address of a station's page. */
export function stationHref(stationId: string, view: Partial<StationView> = {}): string {
  const href = productHref("ciapol", `/stations/${encodeURIComponent(stationId)}`);
  const search = query({
    period: view.period ?? null,
    pollutant: view.pollutant ?? null,
    until: view.until ?? null,
  });
  return search === "" ? href : `${href}?${search}`;
}
