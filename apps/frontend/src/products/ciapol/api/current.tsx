import { createContext, type ReactNode, useContext } from "react";
import { type Polled, usePolling } from "../../../lib/usePolling";
import { api } from "./client";
import type { Current } from "./schemas";

const REFRESH_MS = 5_000;

const CurrentContext = createContext<Polled<Current> | null>(null);

/** The current index of all stations. */
export function useCurrent(): Polled<Current> {
  const value = useContext(CurrentContext);
  if (value === null) throw new Error("useCurrent needs a CurrentProvider above it");
  return value;
}

/** Keeps the current index of all stations for every page of the product. */
export function CurrentProvider({ children }: { children: ReactNode }) {
  const current = usePolling("ciapol current", api.current, REFRESH_MS);
  return <CurrentContext.Provider value={current}>{children}</CurrentContext.Provider>;
}
