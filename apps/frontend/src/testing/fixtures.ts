import type {
  Alert,
  Flow,
  Monitored,
  Pipeline,
  PipelineStep,
  StreamingJob,
} from "../features/pipeline/schemas";
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

/** A status; without changes, that of a stack with the product `sample`. */
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

export function alert(changes: Partial<Alert> = {}): Alert {
  return {
    name: "ServiceDown",
    severity: "critical",
    summary: "pulsar does not respond",
    summary_fr: "pulsar ne répond pas",
    runbook: "docs/runbook.md#a-service-is-down",
    started_at: "2026-01-31T12:30:00Z",
    ...changes,
  };
}

export function flow(changes: Partial<Flow> = {}): Flow {
  return {
    topics: [{ topic: "sample/events/readings", in_per_second: 12.5, backlog: 1234, lag_seconds: 180 }],
    jobs: [{ name: "sample-ingest", running: true, received_per_second: 12.5, written_per_second: 25 }],
    rejected: [{ product: "sample", share: 0.07 }],
    machine: { cpu_share: 0.25, memory_share: 0.5, disk_share: null },
    services: [{ service: "pulsar", up: false, memory_bytes: 500 * 2 ** 20, cpu_cores: 0.128 }],
    ...changes,
  };
}

/** A response of the monitoring; without changes, that of a stack without problems. */
export function monitored(changes: Partial<Monitored> = {}): Monitored {
  return { enabled: true, error: null, alerts: [], flow: flow(), ...changes };
}
