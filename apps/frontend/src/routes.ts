import { useMemo, useSyncExternalStore } from "react";
import { POLLUTANTS, type Pollutant } from "./api/schemas";
import { PERIODS, type Period } from "./time/zone";

export type StationView = { period: Period; pollutant: Pollutant };
export type Route =
  | { page: "overview" }
  | { page: "pipeline" }
  | ({ page: "station"; stationId: string } & StationView)
  | { page: "not-found" };

const DEFAULT_VIEW: StationView = { period: "3d", pollutant: "pm25" };
export const PIPELINE_HREF = "/pipeline";
const PIPELINE = /^\/pipeline\/?$/;
const STATION = /^\/stations\/([^/]+)\/?$/;

function decoded(text: string): string | null {
  try {
    return decodeURIComponent(text);
  } catch {
    return null;
  }
}

/** What an address shows; unknown values of `period` and `pollutant` fall back to the usual view. */
export function parseRoute(path: string, search: string): Route {
  if (path === "/" || path === "") return { page: "overview" };
  if (PIPELINE.test(path)) return { page: "pipeline" };
  const stationId = decoded(STATION.exec(path)?.[1] ?? "");
  if (stationId === null || stationId === "") return { page: "not-found" };
  const wanted = new URLSearchParams(search);
  return {
    page: "station",
    stationId,
    period: PERIODS.find((period) => period === wanted.get("period")) ?? DEFAULT_VIEW.period,
    pollutant:
      POLLUTANTS.find((pollutant) => pollutant === wanted.get("pollutant")) ?? DEFAULT_VIEW.pollutant,
  };
}

/** The shareable address of a station's page. */
export function stationHref(stationId: string, view?: StationView): string {
  const path = `/stations/${encodeURIComponent(stationId)}`;
  if (view === undefined) return path;
  return `${path}?period=${view.period}&pollutant=${view.pollutant}`;
}

const NAVIGATED = "kappastack:navigated";

function subscribe(changed: () => void): () => void {
  window.addEventListener("popstate", changed);
  window.addEventListener(NAVIGATED, changed);
  return () => {
    window.removeEventListener("popstate", changed);
    window.removeEventListener(NAVIGATED, changed);
  };
}

export function navigate(href: string, options: { replace?: boolean } = {}): void {
  if (options.replace) window.history.replaceState(null, "", href);
  else window.history.pushState(null, "", href);
  window.dispatchEvent(new Event(NAVIGATED));
}

export function useRoute(): Route {
  const address = useSyncExternalStore(
    subscribe,
    () => `${window.location.pathname}${window.location.search}`,
  );
  return useMemo(() => {
    const [path, search] = address.split("?", 2);
    return parseRoute(path ?? "/", search ?? "");
  }, [address]);
}
