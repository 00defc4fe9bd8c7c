import type { Pipeline, PipelineStep, StreamingJob } from "../features/pipeline/schemas";
import type { ProductStatus, Status } from "../lib/status/schemas";

export function productStatus(changes: Partial<ProductStatus> = {}): ProductStatus {
  return {
    status: "ok",
    reachable: true,
    latency_ms: 4.2,
    error: null,
    data: { age_seconds: 185, fresh: true },
    ...changes,
  };
}

export const PRODUCT_DOWN = productStatus({
  status: "down",
  reachable: false,
  latency_ms: null,
  error: "ConnectError",
  data: null,
});

/** A status; without changes, of a stack with the product `sample`. */
export function status(changes: Partial<Status> = {}): Status {
  return {
    status: "ok",
    frontend: { version: "0.1.0" },
    platform_api: { reachable: true, latency_ms: 2.1, error: null },
    starrocks: { reachable: true, version: "3.5.0", emulator: true },
    pipeline: { status: "ok", error: null, steps: [], jobs: [] },
    products: { sample: productStatus() },
    ...changes,
  };
}

export function step(changes: Partial<PipelineStep> = {}): PipelineStep {
  return {
    product: "sample",
    workflow: "sum_hourly",
    task: "sum",
    state: "succeeded",
    started_at: "2026-01-31T12:05:00Z",
    ended_at: "2026-01-31T12:05:21Z",
    last_succeeded_at: "2026-01-31T12:05:21Z",
    last_failed_at: null,
    last_error: null,
    late: false,
    ...changes,
  };
}

export function job(changes: Partial<StreamingJob> = {}): StreamingJob {
  return {
    product: "sample",
    name: "ingest",
    wanted: "running",
    state: "running",
    failures: 0,
    reason: null,
    checked_at: new Date().toISOString(),
    restarted_at: null,
    ...changes,
  };
}

export function pipeline(steps: PipelineStep[] = [step()], jobs: StreamingJob[] = [job()]): Pipeline {
  return { checked_at: "2026-01-31T12:40:00Z", steps, jobs };
}
