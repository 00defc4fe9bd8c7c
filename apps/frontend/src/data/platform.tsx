import { createContext, type ReactNode, useContext, useEffect, useMemo, useRef, useState } from "react";
import { api } from "../api/client";
import type { Current, Status } from "../api/schemas";
import { type Alarm, ageAt, assess, showsLastKnown, type ToldAge, toldAge } from "./health";
import { useNow } from "./useNow";
import { type Polled, RECOVERED, usePolling } from "./usePolling";

const REFRESH_MS = 5_000;

export type Platform = {
  status: Polled<Status>;
  current: Polled<Current>;
  alarm: Alarm | null;
  lastKnown: boolean;
  /** Age of the newest measurement of all stations in seconds; null where nobody ever told it. */
  ageSeconds: number | null;
  now: number;
};

const PlatformContext = createContext<Platform | null>(null);

export function usePlatform(): Platform {
  const value = useContext(PlatformContext);
  if (value === null) throw new Error("usePlatform needs a PlatformProvider above it");
  return value;
}

/** Keeps the whole page supplied with the state of the platform and the current index of all stations. */
export function PlatformProvider({ children }: { children: ReactNode }) {
  const status = usePolling("status", api.status, REFRESH_MS);
  const current = usePolling("current", api.current, REFRESH_MS);
  const now = useNow(10_000);
  const known = status.error !== null || status.data !== null;
  const answers = known ? status.error === null && status.data?.starrocks.reachable === true : null;
  const answered = useRef<boolean | null>(null);
  useEffect(() => {
    if (answers === true && answered.current === false) window.dispatchEvent(new Event(RECOVERED));
    answered.current = answers;
  }, [answers]);

  const [ageBefore, setAgeBefore] = useState<ToldAge | null>(null);
  const age = useMemo(() => toldAge(status, ageBefore), [status, ageBefore]);
  useEffect(() => setAgeBefore((before) => toldAge(status, before)), [status]);

  const value = useMemo<Platform>(() => {
    const alarm = assess(status, current, now);
    return { status, current, alarm, lastKnown: showsLastKnown(alarm), ageSeconds: ageAt(age, now), now };
  }, [status, current, age, now]);
  return <PlatformContext.Provider value={value}>{children}</PlatformContext.Provider>;
}
