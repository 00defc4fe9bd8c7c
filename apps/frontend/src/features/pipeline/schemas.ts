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
