import * as z from "zod/mini";
import { jobStateSchema, stepStateSchema } from "../../lib/status/schemas";

const instant = z.iso.datetime();

export const stepSchema = z.extend(stepStateSchema, {
  started_at: instant,
  ended_at: z.nullable(instant),
  last_failed_at: z.nullable(instant),
  last_error: z.nullable(z.string()),
});

export const jobSchema = z.extend(jobStateSchema, {
  failures: z.int(),
  reason: z.nullable(z.string()),
  checked_at: z.nullable(instant),
  restarted_at: z.nullable(instant),
});

export const pipelineSchema = z.object({
  checked_at: instant,
  steps: z.array(stepSchema),
  jobs: z.array(jobSchema),
});

export type Pipeline = z.infer<typeof pipelineSchema>;
export type PipelineStep = z.infer<typeof stepSchema>;
export type StreamingJob = z.infer<typeof jobSchema>;

const share = z.nullable(z.number());

export const alertSchema = z.object({
  name: z.string(),
  severity: z.string(),
  summary: z.string(),
  summary_fr: z.string(),
  runbook: z.nullable(z.string()),
  started_at: z.string(),
});

export const flowSchema = z.object({
  topics: z.array(
    z.object({
      topic: z.string(),
      in_per_second: z.nullable(z.number()),
      backlog: z.nullable(z.int()),
      lag_seconds: z.nullable(z.number()),
    }),
  ),
  jobs: z.array(
    z.object({
      name: z.string(),
      running: z.boolean(),
      received_per_second: z.nullable(z.number()),
      written_per_second: z.nullable(z.number()),
    }),
  ),
  rejected: z.array(z.object({ product: z.string(), share })),
  machine: z.object({ cpu_share: share, memory_share: share, disk_share: share }),
  services: z.array(
    z.object({
      service: z.string(),
      up: z.boolean(),
      memory_bytes: z.nullable(z.int()),
      cpu_cores: z.nullable(z.number()),
    }),
  ),
});

export const monitoredSchema = z.object({
  enabled: z.boolean(),
  error: z.nullable(z.string()),
  alerts: z.array(alertSchema),
  flow: z.nullable(flowSchema),
});

export type Alert = z.infer<typeof alertSchema>;
export type Flow = z.infer<typeof flowSchema>;
export type Monitored = z.infer<typeof monitoredSchema>;
