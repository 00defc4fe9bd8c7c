import type { Current, Status, StreamingJob } from "../api/schemas";
import type { Polled } from "./usePolling";

export type Alarm =
  | { kind: "offline" }
  | { kind: "api_down"; error: string }
  | { kind: "starrocks_down" }
  | { kind: "stale"; ageSeconds: number | null }
  | { kind: "failed" }
  | { kind: "job_stopped"; jobs: readonly string[] }
  | { kind: "step_late"; workflows: readonly string[] };

const ABOUT_THE_PIPELINE: readonly Alarm["kind"][] = ["job_stopped", "step_late"];

/** The age of the newest measurement in seconds, as the server told it at `toldAt` (ms since the epoch). */
export type ToldAge = { seconds: number; toldAt: number };

/** The age that an answer tells; while nothing answers, the one told before still counts on. */
export function toldAge(status: Polled<Status>, before: ToldAge | null): ToldAge | null {
  if (status.data === null || status.receivedAt === null) return before;
  const { api, starrocks, data } = status.data;
  if (data.age_seconds !== null) return { seconds: data.age_seconds, toldAt: status.receivedAt };
  return api.reachable && starrocks.reachable ? null : before;
}

/** The age now: counted on since it was told, so that an error of this machine's clock does not matter. */
export function ageAt(told: ToldAge | null, now: number): number | null {
  return told === null ? null : told.seconds + Math.max(0, now - told.toldAt) / 1000;
}

/** Whether a job that should run does not, and nothing but a person will change that soon. */
export function isStopped({ wanted, state }: Pick<StreamingJob, "wanted" | "state">): boolean {
  return wanted === "running" && (state === "given_up" || state === "down");
}

/** What a person must see at once; the gravest first, null when all is well. */
export function assess(status: Polled<Status>, current: Polled<Current>, now: number): Alarm | null {
  if (status.error !== null) return { kind: "offline" };
  if (status.data === null) return null;
  const { api, starrocks, data, pipeline } = status.data;
  if (!api.reachable) return { kind: "api_down", error: api.error ?? "" };
  if (!starrocks.reachable) return { kind: "starrocks_down" };
  // Before old data: it is why they are old.
  const jobs = pipeline.jobs.filter(isStopped);
  if (jobs.length > 0) return { kind: "job_stopped", jobs: jobs.map(({ name }) => name) };
  if (data.last_measured_at !== null && !data.fresh)
    return { kind: "stale", ageSeconds: ageAt(toldAge(status, null), now) };
  if (current.error !== null) return { kind: "failed" };
  const late = pipeline.steps.filter((step) => step.late === true);
  if (late.length > 0)
    return { kind: "step_late", workflows: [...new Set(late.map(({ workflow }) => workflow))] };
  return null;
}

/** Whether the alarm says that what is shown may not be what is. */
export function doubtsData(alarm: Alarm | null): boolean {
  return alarm !== null && !ABOUT_THE_PIPELINE.includes(alarm.kind);
}

/** Whether the page shows what it once received, because nothing new comes in. */
export function showsLastKnown(alarm: Alarm | null): boolean {
  return alarm !== null && alarm.kind !== "stale" && doubtsData(alarm);
}
