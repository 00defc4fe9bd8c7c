import { productHref } from "../../lib/product";
import { POLLUTANTS, type Pollutant } from "./api/schemas";
import { PERIODS, type Period } from "./charts/hours";

export type StationView = { period: Period; pollutant: Pollutant };

const DEFAULT_VIEW: StationView = { period: "3d", pollutant: "pm25" };

export const HOME_HREF = productHref("ciapol");

/** The view that a query asks for; unknown values of `period` and `pollutant` fall back to the default view. */
export function viewOf(search: URLSearchParams): StationView {
  return {
    period: PERIODS.find((period) => period === search.get("period")) ?? DEFAULT_VIEW.period,
    pollutant:
      POLLUTANTS.find((pollutant) => pollutant === search.get("pollutant")) ?? DEFAULT_VIEW.pollutant,
  };
}

/** The shareable address of a station's page. */
export function stationHref(stationId: string, view?: StationView): string {
  const href = productHref("ciapol", `/stations/${encodeURIComponent(stationId)}`);
  return view === undefined ? href : `${href}?period=${view.period}&pollutant=${view.pollutant}`;
}
