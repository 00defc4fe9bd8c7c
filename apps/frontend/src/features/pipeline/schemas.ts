import * as z from "zod/mini";
import { jobStateSchema, stepStateSchema } from "../../lib/status/schemas";

const instant = z.iso.datetime();

export const pipelineSchema = z.object({
  checked_at: instant,
  steps: z.array(
    z.extend(stepStateSchema, {
      started_at: instant,
      ended_at: z.nullable(instant),
      last_failed_at: z.nullable(instant),
      last_error: z.nullable(z.string()),
    }),
  ),
  jobs: z.array(
    z.extend(jobStateSchema, {
      failures: z.int(),
      reason: z.nullable(z.string()),
      checked_at: z.nullable(instant),
      restarted_at: z.nullable(instant),
    }),
  ),
});

export type Pipeline = z.infer<typeof pipelineSchema>;
export type PipelineStep = Pipeline["steps"][number];
export type StreamingJob = Pipeline["jobs"][number];
