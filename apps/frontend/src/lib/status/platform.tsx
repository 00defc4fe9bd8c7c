import { createContext, type ReactNode, useContext, useEffect, useMemo, useRef, useState } from "react";
import { getJson } from "../api";
import { useNow } from "../useNow";
import { type Polled, RECOVERED, usePolling } from "../usePolling";
import { type Ages, ageAt, reportedAges } from "./age";
import { type Status, statusSchema } from "./schemas";

const REFRESH_MS = 5_000;

export type Platform = {
  status: Polled<Status>;
  /** Age of a product's newest data in seconds; null if it is unknown. */
  ageOf: (product: string) => number | null;
  now: number;
};

const PlatformContext = createContext<Platform | null>(null);

export function usePlatform(): Platform {
  const value = useContext(PlatformContext);
  if (value === null) throw new Error("usePlatform needs a PlatformProvider above it");
  return value;
}

const loadStatus = (signal: AbortSignal): Promise<Status> => getJson("/api/status", statusSchema, signal);

/** Whether everything responds; null while it is unknown. */
function responds({ data, error }: Polled<Status>): boolean | null {
  if (error !== null) return false;
  if (data === null) return null;
  return data.starrocks.reachable && Object.values(data.products).every(({ reachable }) => reachable);
}

/** Provides the state of the platform and the current time to the whole page. */
export function PlatformProvider({ children }: { children: ReactNode }) {
  const status = usePolling("status", loadStatus, REFRESH_MS);
  const now = useNow(10_000);
  const responding = responds(status);
  const responded = useRef<boolean | null>(null);
  useEffect(() => {
    if (responding === true && responded.current === false) window.dispatchEvent(new Event(RECOVERED));
    responded.current = responding;
  }, [responding]);

  const [agesBefore, setAgesBefore] = useState<Ages>({});
  const ages = useMemo(() => reportedAges(status, agesBefore), [status, agesBefore]);
  useEffect(() => setAgesBefore((before) => reportedAges(status, before)), [status]);

  const value = useMemo<Platform>(
    () => ({ status, ageOf: (product) => ageAt(ages[product], now), now }),
    [status, ages, now],
  );
  return <PlatformContext.Provider value={value}>{children}</PlatformContext.Provider>;
}
