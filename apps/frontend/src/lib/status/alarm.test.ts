import { describe, expect, it } from "vitest";
import { job, PRODUCT_DOWN, productStatus, status, step } from "../../testing/fixtures";
import { RequestError } from "../api";
import type { Polled } from "../usePolling";
import { ageAt, reportedAges } from "./age";
import { assess, showsLastKnown } from "./alarm";
import type { Status } from "./schemas";

const NOW = 1_000_000;
const got = (data: Status): Polled<Status> => ({ data, receivedAt: NOW, error: null });
const refused = new RequestError("network", "/x", "refused");
const failed = (data: Status | null): Polled<Status> => ({
  data,
  receivedAt: data === null ? null : NOW,
  error: refused,
});
const down = status({ status: "down", products: { sample: PRODUCT_DOWN } });
const old = status({
  status: "stale",
  products: { sample: productStatus({ status: "stale", data: { age_seconds: 7200, fresh: false } }) },
});
const of = (polled: Polled<Status>, failure: RequestError | null = null, product: string | null = "sample") =>
  assess(polled, product, failure, () => 7260);

describe("alarm", () => {
  it("is null when everything works", () => expect(of(got(status()))).toBeNull());

  it("reports a lost connection before anything else", () =>
    expect(of(failed(down))).toEqual({ kind: "offline" }));

  it("reports that the API of the product is down, and why", () =>
    expect(of(got(down), refused)).toEqual({ kind: "api_down", product: "sample", error: "ConnectError" }));

  it("reports that StarRocks is down", () => {
    const away = status({ starrocks: { reachable: false, version: null, emulator: null } });
    expect(of(got(away), refused)).toEqual({ kind: "starrocks_down" });
  });

  it("does not report StarRocks as down if no API could report on it", () => {
    const away = status({
      platform_api: { reachable: false, latency_ms: null, error: "ConnectError" },
      starrocks: { reachable: false, version: null, emulator: null },
      products: {},
    });
    expect(of(got(away), null, null)).toEqual({ kind: "platform_down", error: "ConnectError" });
  });

  it("reports old data with their current age", () =>
    expect(of(got(old))).toEqual({ kind: "stale", product: "sample", ageSeconds: 7260 }));

  it("does not call a product without any data old", () => {
    const empty = productStatus({ status: "stale", data: { age_seconds: null, fresh: false } });
    expect(of(got(status({ products: { sample: empty } })))).toBeNull();
    const silent = productStatus({ data: null });
    expect(of(got(status({ products: { sample: silent } })))).toBeNull();
  });

  it("reports a job that was given up before the old data that it causes", () => {
    const jobs = [job({ state: "given_up" }), job({ name: "other" })];
    const pipeline = { status: "given_up", error: null, steps: [step({ late: true })], jobs } as const;
    const both = { ...old, pipeline: { ...pipeline, steps: [...pipeline.steps] } };
    expect(of(got(both))).toEqual({ kind: "job_stopped", jobs: ["ingest"] });
  });

  it("reports an engine that is down for long, not one that may be restarting", () => {
    const with_ = (state: string) =>
      status({ pipeline: { status: "down", error: null, steps: [], jobs: [job({ state })] } });
    expect(of(got(with_("down")))).toEqual({ kind: "job_stopped", jobs: ["ingest"] });
    expect(of(got(with_("unreachable")))).toBeNull();
  });

  it("ignores a job that should not run", () => {
    const jobs = [job({ state: "given_up", wanted: "stopped" })];
    expect(of(got(status({ pipeline: { status: "ok", error: null, steps: [], jobs } })))).toBeNull();
  });

  it("reports late steps last, each workflow once", () => {
    const steps = [
      step({ late: true }),
      step({ late: true, task: "b" }),
      step({ workflow: "x", late: null }),
    ];
    const late = status({ pipeline: { status: "late", error: null, steps, jobs: [] } });
    expect(of(got(late))).toEqual({
      kind: "step_late",
      steps: [{ product: "sample", workflow: "sum_hourly" }],
    });
    expect(of(got(late), refused)).toEqual({ kind: "failed", error: refused });
  });

  it("is not raised by a pipeline that could not be read", () => {
    const unknown = status({ pipeline: { status: "unknown", error: "HTTP 503", steps: [], jobs: [] } });
    expect(of(got(unknown))).toBeNull();
  });

  it("reports that a request of the product failed", () =>
    expect(of(got(status()), refused)).toEqual({ kind: "failed", error: refused }));

  it("reports the platform's API after everything about the data", () => {
    const away = { ...old, platform_api: { reachable: false, latency_ms: null, error: "ConnectError" } };
    expect(of(got(away))?.kind).toBe("stale");
  });
});

describe("alarm with several products", () => {
  const jobs = [job({ product: "other", state: "given_up" })];
  const two = status({
    pipeline: { status: "given_up", error: null, steps: [], jobs },
    products: { sample: productStatus(), other: PRODUCT_DOWN },
  });

  it("concerns the product of the page alone", () => expect(of(got(two))).toBeNull());

  it("concerns every product on pages about the platform", () =>
    expect(of(got(two), null, null)).toEqual({ kind: "api_down", product: "other", error: "ConnectError" }));

  it("concerns the platform's own jobs on every page", () => {
    const platform = { ...two.pipeline, jobs: [job({ product: "platform", state: "down", name: "keeper" })] };
    expect(of(got({ ...two, pipeline: platform }))).toEqual({ kind: "job_stopped", jobs: ["keeper"] });
  });
});

describe("age and last known data", () => {
  const healthy = got(status());
  const ages = reportedAges(healthy, {});

  it("counts from the server's value, independent of this clock", () =>
    expect(ageAt(ages["sample"], NOW + 30_000)).toBe(215));
  it("does not count backwards", () => expect(ageAt(ages["sample"], NOW - 30_000)).toBe(185));
  it("keeps counting during an outage, from the last reported value", () => {
    expect(reportedAges(got(down), ages)).toEqual(ages);
    expect(reportedAges(failed(null), ages)).toBe(ages);
  });
  it("has no age when the product reports that it has no data", () => {
    const empty = productStatus({ status: "stale", data: { age_seconds: null, fresh: false } });
    expect(reportedAges(got(status({ products: { sample: empty } })), ages)).toEqual({});
  });
  it("marks the data as last known only if no new data arrive", () => {
    expect(showsLastKnown({ kind: "api_down", product: "sample", error: "" })).toBe(true);
    expect(showsLastKnown({ kind: "stale", product: "sample", ageSeconds: 1 })).toBe(false);
    expect(showsLastKnown({ kind: "step_late", steps: [] })).toBe(false);
    expect(showsLastKnown({ kind: "job_stopped", jobs: [] })).toBe(false);
    expect(showsLastKnown({ kind: "platform_down", error: "" })).toBe(false);
    expect(showsLastKnown(null)).toBe(false);
  });
});
