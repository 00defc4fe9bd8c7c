import { createContext, type ReactNode, useContext, useEffect, useMemo, useRef } from "react";
import { api } from "../api/client";
import type { Current, Status } from "../api/schemas";
import { type Alarm, assess, showsLastKnown } from "./health";
import { useNow } from "./useNow";
import { type Polled, RECOVERED, usePolling } from "./usePolling";

const REFRESH_MS = 5_000;

export type Platform = {
  status: Polled<Status>;
  current: Polled<Current>;
  alarm: Alarm | null;
  lastKnown: boolean;
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
  const answers = status.error === null && status.data !== null && status.data.starrocks.reachable;
  const answered = useRef(answers);
  useEffect(() => {
    if (answers && !answered.current) window.dispatchEvent(new Event(RECOVERED));
    answered.current = answers;
  }, [answers]);

  const value = useMemo<Platform>(() => {
    const alarm = assess(status, current, now);
    return { status, current, alarm, lastKnown: showsLastKnown(alarm), now };
  }, [status, current, now]);
  return <PlatformContext.Provider value={value}>{children}</PlatformContext.Provider>;
}
