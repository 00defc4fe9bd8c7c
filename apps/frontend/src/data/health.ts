import type { Current, Status } from "../api/schemas";
import type { Polled } from "./usePolling";

export type Alarm =
  | { kind: "offline" }
  | { kind: "api_down"; error: string }
  | { kind: "starrocks_down" }
  | { kind: "stale"; ageSeconds: number | null }
  | { kind: "failed" };

/** Age of the newest measurement in seconds, counted on since the server told it, so that this clock's error does not matter. */
export function dataAge(status: Polled<Status>, now: number): number | null {
  const told = status.data?.data.age_seconds ?? null;
  if (told === null || status.receivedAt === null) return null;
  return told + Math.max(0, now - status.receivedAt) / 1000;
}

/** What a person must see at once; the gravest first, null when all is well. */
export function assess(status: Polled<Status>, current: Polled<Current>, now: number): Alarm | null {
  if (status.error !== null) return { kind: "offline" };
  if (status.data === null) return null;
  const { api, starrocks, data } = status.data;
  if (!api.reachable) return { kind: "api_down", error: api.error ?? "" };
  if (!starrocks.reachable) return { kind: "starrocks_down" };
  if (data.last_measured_at !== null && !data.fresh)
    return { kind: "stale", ageSeconds: dataAge(status, now) };
  if (current.error !== null) return { kind: "failed" };
  return null;
}

/** Whether the page shows what it once received, because nothing new comes in. */
export function showsLastKnown(alarm: Alarm | null): boolean {
  return alarm !== null && alarm.kind !== "stale";
}
