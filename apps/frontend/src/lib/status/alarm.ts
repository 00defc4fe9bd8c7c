import type { RequestError } from "../api";
import type { Polled } from "../usePolling";
import type { JobState, Status, StepState } from "./schemas";

export type LateStep = Pick<StepState, "product" | "workflow">;
export type Alarm =
  | { kind: "offline" }
  | { kind: "platform_down"; error: string }
  | { kind: "starrocks_down" }
  | { kind: "api_down"; product: string; error: string }
  | { kind: "job_stopped"; jobs: readonly string[] }
  | { kind: "stale"; product: string; ageSeconds: number | null }
  | { kind: "failed"; error: RequestError }
  | { kind: "step_late"; steps: readonly LateStep[] };

const ABOUT_THE_PIPELINE: readonly Alarm["kind"][] = ["job_stopped", "step_late", "platform_down"];

/** Whether a job that should run does not run, and only a person can change that. */
export function isStopped({ wanted, state }: Pick<JobState, "wanted" | "state">): boolean {
  return wanted === "running" && (state === "given_up" || state === "down");
}

/**
 * The most severe problem that a person must see; null if there is none.
 *
 * `product` limits it to one product and the platform; null considers every product. `failure` is the error of that
 * product's main request. `ageOf` returns the current age of a product's data in seconds.
 */
export function assess(
  status: Polled<Status>,
  product: string | null,
  failure: RequestError | null,
  ageOf: (product: string) => number | null,
): Alarm | null {
  if (status.error !== null) return { kind: "offline" };
  if (status.data === null) return null;
  const { platform_api, starrocks, pipeline, products } = status.data;
  const concerns = (name: string) => product === null || name === product || !(name in products);
  const shown = Object.entries(products).filter(([name]) => product === null || name === product);
  for (const [name, { reachable, error }] of shown) {
    if (!reachable) return { kind: "api_down", product: name, error: error ?? "" };
  }
  // If no API could report it, the state of StarRocks is unknown and not an alarm.
  const reported = platform_api.reachable || Object.values(products).some(({ reachable }) => reachable);
  if (!starrocks.reachable && reported) return { kind: "starrocks_down" };
  // Checked before the age of the data, because a stopped job makes the data old.
  const jobs = pipeline.jobs.filter((job) => isStopped(job) && concerns(job.product));
  if (jobs.length > 0) return { kind: "job_stopped", jobs: jobs.map(({ name }) => name) };
  for (const [name, { data }] of shown) {
    if (data !== null && data.age_seconds !== null && !data.fresh)
      return { kind: "stale", product: name, ageSeconds: ageOf(name) };
  }
  if (failure !== null) return { kind: "failed", error: failure };
  if (!platform_api.reachable) return { kind: "platform_down", error: platform_api.error ?? "" };
  const late = pipeline.steps.filter((step) => step.late === true && concerns(step.product));
  if (late.length > 0) {
    const byName = new Map(
      late.map(({ product, workflow }) => [`${product} ${workflow}`, { product, workflow }]),
    );
    return { kind: "step_late", steps: [...byName.values()] };
  }
  return null;
}

/** Whether the alarm means that the data shown may not be current. */
export function doubtsData(alarm: Alarm | null): boolean {
  return alarm !== null && !ABOUT_THE_PIPELINE.includes(alarm.kind);
}

/** Whether the page shows the last known data, because no new data arrive. */
export function showsLastKnown(alarm: Alarm | null): boolean {
  return alarm !== null && alarm.kind !== "stale" && doubtsData(alarm);
}
