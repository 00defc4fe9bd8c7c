import type { Polled } from "../usePolling";
import type { Status } from "./schemas";

/** The age of a product's newest data in seconds, as the server reported it at `reportedAt` (ms since the epoch). */
export type ReportedAge = { seconds: number; reportedAt: number };
export type Ages = Readonly<Record<string, ReportedAge>>;

/** The ages that a status reports. While a product does not respond, its last reported age keeps increasing. */
export function reportedAges(status: Polled<Status>, before: Ages): Ages {
  if (status.data === null || status.receivedAt === null) return before;
  const ages: Record<string, ReportedAge> = {};
  for (const [name, { status: state, data }] of Object.entries(status.data.products)) {
    const seconds = data?.age_seconds ?? null;
    const known = before[name];
    if (seconds !== null) ages[name] = { seconds, reportedAt: status.receivedAt };
    else if (state === "down" && known !== undefined) ages[name] = known;
  }
  return ages;
}

/** The current age. It is counted from the server's value, so the clock of this machine does not matter. */
export function ageAt(reported: ReportedAge | undefined, now: number): number | null {
  return reported === undefined ? null : reported.seconds + Math.max(0, now - reported.reportedAt) / 1000;
}
