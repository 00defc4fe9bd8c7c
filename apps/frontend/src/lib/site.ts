import { createContext, useContext } from "react";
import type { Product } from "./product";
import type { Alarm } from "./status/alarm";

/** The product of the whole page: that of the address, or the only one; null on pages about the platform. */
export type Site = {
  product: Product | null;
  /** Name of the site, for the browser's tab. */
  name: string;
  alarm: Alarm | null;
  /** Whether the page shows the last known data, because no new data arrive. */
  lastKnown: boolean;
  /** When the product's data were last received, in ms since the epoch. */
  receivedAt: number | null;
};

export const SiteContext = createContext<Site | null>(null);

export function useSite(): Site {
  const value = useContext(SiteContext);
  if (value === null) throw new Error("useSite needs a SiteContext above it");
  return value;
}
