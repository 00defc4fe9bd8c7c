import type { Polled } from "../usePolling";
import type { Status } from "./schemas";

/** The age of a product's newest data in seconds, as the server reported it at `reportedAt` (ms since the epoch). */
export type ReportedAge = { seconds: number; reportedAt: number };
export type Ages = Readonly<Record<string, ReportedAge>>;

/** The ages that a status reports; while a product does not respond, its age reported before counts on. */
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

/** The age now. It counts on from what the server reported, so a wrong clock of this machine does no harm. */
export function ageAt(reported: ReportedAge | undefined, now: number): number | null {
  return reported === undefined ? null : reported.seconds + Math.max(0, now - reported.reportedAt) / 1000;
}
