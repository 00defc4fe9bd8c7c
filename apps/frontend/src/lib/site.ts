import { createContext, useContext } from "react";
import type { Product } from "./product";
import type { Alarm } from "./status/alarm";

/** What the whole page is about: the product of the address, or the only one; null on pages about the platform. */
export type Site = {
  product: Product | null;
  /** Name of the site, for the browser's tab. */
  name: string;
  alarm: Alarm | null;
  /** Whether the data shown are the last known ones, because nothing new arrives. */
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
