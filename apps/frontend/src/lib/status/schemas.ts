import * as z from "zod/mini";

const instant = z.iso.datetime();

export const stepStateSchema = z.object({
  product: z.string(),
  workflow: z.string(),
  task: z.string(),
  /** running, retrying, succeeded, failed or killed; a state of a later version is shown as it is. */
  state: z.string(),
  last_succeeded_at: z.nullable(instant),
  late: z.nullable(z.boolean()),
});

export const jobStateSchema = z.object({
  product: z.string(),
  name: z.string(),
  wanted: z.string(),
  /** running, restarting, given_up, held, stopped, unreachable or down; null before the first check. */
  state: z.nullable(z.string()),
});

const reachabilitySchema = z.object({
  reachable: z.boolean(),
  latency_ms: z.nullable(z.number()),
  error: z.nullable(z.string()),
});

const stateSchema = z.enum(["ok", "stale", "down"]);

export const productStatusSchema = z.extend(reachabilitySchema, {
  status: stateSchema,
  /** Null if the product's health contains no data. */
  data: z.nullable(z.object({ age_seconds: z.nullable(z.number()), fresh: z.boolean() })),
});

export const statusSchema = z.object({
  status: stateSchema,
  frontend: z.object({ version: z.string() }),
  platform_api: reachabilitySchema,
  starrocks: z.object({
    reachable: z.boolean(),
    version: z.nullable(z.string()),
    emulator: z.nullable(z.boolean()),
  }),
  pipeline: z.object({
    status: z.enum(["ok", "failing", "late", "down", "given_up", "unknown"]),
    error: z.nullable(z.string()),
    steps: z.array(stepStateSchema),
    jobs: z.array(jobStateSchema),
  }),
  products: z.record(z.string(), productStatusSchema),
});

export type ProductStatus = z.infer<typeof productStatusSchema>;
export type Status = z.infer<typeof statusSchema>;
export type StepState = z.infer<typeof stepStateSchema>;
export type JobState = z.infer<typeof jobStateSchema>;
