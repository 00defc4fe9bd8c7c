import { describe, expect, it } from "vitest";
import { RequestError } from "../api/client";
import type { Current, Status } from "../api/schemas";
import { API_DOWN, current, job, status, step } from "../testing/fixtures";
import { ageAt, assess, showsLastKnown, toldAge } from "./health";
import type { Polled } from "./usePolling";

const NOW = 1_000_000;
const got = <T>(data: T): Polled<T> => ({ data, receivedAt: NOW, error: null });
const failed = <T>(data: T | null): Polled<T> => ({
  data,
  receivedAt: data === null ? null : NOW,
  error: new RequestError("network", "/x", "refused"),
});
const GOOD: Polled<Current> = got(current());
const healthy: Polled<Status> = got(status());

describe("alarm", () => {
  it("is silent when all is well", () => expect(assess(healthy, GOOD, NOW)).toBeNull());

  it("tells a lost connection before anything else", () =>
    expect(assess(failed(API_DOWN), GOOD, NOW)).toEqual({ kind: "offline" }));

  it("tells that the API is down, and why", () =>
    expect(assess(got(API_DOWN), failed<Current>(null), NOW)).toEqual({
      kind: "api_down",
      error: "ConnectError",
    }));

  it("tells that StarRocks is down", () => {
    const down = status({ starrocks: { reachable: false, version: null, emulator: null } });
    expect(assess(got(down), failed<Current>(null), NOW)).toEqual({ kind: "starrocks_down" });
  });

  it("tells old data with their age now", () => {
    const old = status({ data: { ...status().data, age_seconds: 7200, fresh: false } });
    expect(assess(got(old), GOOD, NOW + 60_000)).toEqual({ kind: "stale", ageSeconds: 7260 });
  });

  it("does not call a platform without any data old", () => {
    const empty = status({
      data: { last_measured_at: null, last_received_at: null, age_seconds: null, fresh: false },
    });
    expect(assess(got(empty), got(current([])), NOW)).toBeNull();
  });

  it("tells a job that was given up before the old data that it causes", () => {
    const jobs = [job({ state: "given_up" }), job({ name: "other" })];
    const told = status({
      data: { ...status().data, fresh: false },
      pipeline: { status: "given_up", error: null, steps: [step({ late: true })], jobs },
    });
    expect(assess(got(told), GOOD, NOW)).toEqual({ kind: "job_stopped", jobs: ["ingest"] });
  });

  it("tells of an engine that stays away, not of one that may be back in a moment", () => {
    const told = (state: string) =>
      status({ pipeline: { status: "down", error: null, steps: [], jobs: [job({ state })] } });
    expect(assess(got(told("down")), GOOD, NOW)).toEqual({ kind: "job_stopped", jobs: ["ingest"] });
    expect(assess(got(told("unreachable")), GOOD, NOW)).toBeNull();
  });

  it("leaves a job alone that should not run", () => {
    const jobs = [job({ state: "given_up", wanted: "stopped" })];
    const told = status({ pipeline: { status: "ok", error: null, steps: [], jobs } });
    expect(assess(got(told), GOOD, NOW)).toBeNull();
  });

  it("tells late steps last, each workflow once", () => {
    const steps = [
      step({ late: true }),
      step({ late: true, task: "b" }),
      step({ workflow: "x", late: null }),
    ];
    const told = status({ pipeline: { status: "late", error: null, steps, jobs: [] } });
    expect(assess(got(told), GOOD, NOW)).toEqual({ kind: "step_late", workflows: ["aqi_hourly"] });
    expect(assess(got(told), failed(current()), NOW)).toEqual({ kind: "failed" });
  });

  it("is not raised by a pipeline that could not be read", () => {
    const told = status({ pipeline: { status: "unknown", error: "HTTP 503", steps: [], jobs: [] } });
    expect(assess(got(told), GOOD, NOW)).toBeNull();
  });

  it("tells that only a part failed", () =>
    expect(assess(healthy, failed(current()), NOW)).toEqual({ kind: "failed" }));
});

describe("age and last known data", () => {
  it("counts on from what the server said, whatever this clock shows", () =>
    expect(ageAt(toldAge(healthy, null), NOW + 30_000)).toBe(215));
  it("does not count backwards", () => expect(ageAt(toldAge(healthy, null), NOW - 30_000)).toBe(185));
  it("counts on through an outage, from what was told before it", () => {
    const before = toldAge(healthy, null);
    expect(toldAge(got(API_DOWN), before)).toBe(before);
    expect(toldAge(failed<Status>(null), before)).toBe(before);
  });
  it("forgets the age when the platform says that there are no data", () => {
    const empty = status({ data: { ...API_DOWN.data } });
    expect(toldAge(got(empty), toldAge(healthy, null))).toBeNull();
  });
  it("marks the data as last known only where nothing new comes in", () => {
    expect(showsLastKnown({ kind: "api_down", error: "" })).toBe(true);
    expect(showsLastKnown({ kind: "stale", ageSeconds: 1 })).toBe(false);
    expect(showsLastKnown({ kind: "step_late", workflows: [] })).toBe(false);
    expect(showsLastKnown({ kind: "job_stopped", jobs: [] })).toBe(false);
    expect(showsLastKnown(null)).toBe(false);
  });
});
