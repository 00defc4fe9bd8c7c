import * as z from "zod/mini";

// The library's generated-code fast path needs `new Function`, which the page's Content-Security-Policy forbids.
z.config({ jitless: true });

export const POLLUTANTS = ["pm25", "pm10", "o3", "no2", "so2", "co"] as const;
export const WEATHER = ["temperature", "humidity", "pressure", "wind_speed"] as const;
export const CATEGORIES = [
  "good",
  "moderate",
  "unhealthy_sensitive",
  "unhealthy",
  "very_unhealthy",
  "hazardous",
] as const;

export type Pollutant = (typeof POLLUTANTS)[number];
export type WeatherQuantity = (typeof WEATHER)[number];
export type Category = (typeof CATEGORIES)[number];

const instant = z.iso.datetime();
const reading = z.optional(z.nullable(z.number()));
const index = z.nullable(z.int().check(z.gte(0)));
const subIndex = z.optional(index);

export const stationSchema = z.object({
  station_id: z.string().check(z.minLength(1)),
  name: z.nullable(z.string()),
  commune: z.nullable(z.string()),
  latitude: z.nullable(z.number()),
  longitude: z.nullable(z.number()),
  time_zone: z.string(),
  demonstration: z.nullable(z.string()),
  registered: z.boolean(),
  last_measured_at: z.nullable(instant),
});

export const measurementSchema = z.object({
  measured_at: instant,
  pm25: reading,
  pm10: reading,
  so2: reading,
  no2: reading,
  o3: reading,
  co: reading,
  temperature: reading,
  pressure: reading,
  humidity: reading,
  wind_speed: reading,
});

export const stationDetailSchema = z.extend(stationSchema, { latest: z.nullable(measurementSchema) });

const subIndicesSchema = z.object({
  pm25: subIndex,
  pm10: subIndex,
  o3: subIndex,
  no2: subIndex,
  so2: subIndex,
  co: subIndex,
});

const categorySchema = z.nullable(z.enum(CATEGORIES));
const dominantSchema = z.nullable(z.enum(POLLUTANTS));

export const currentItemSchema = z.object({
  rank: z.nullable(z.int()),
  station: stationSchema,
  hour_start: z.nullable(instant),
  aqi: index,
  category: categorySchema,
  color: z.nullable(z.string().check(z.regex(/^#[0-9A-Fa-f]{6}$/))),
  dominant_pollutant: dominantSchema,
  sub_indices: subIndicesSchema,
});

export const currentSchema = z.object({
  computed_at: z.nullable(instant),
  items: z.array(currentItemSchema),
});

const cursor = z.nullable(z.string());

export const measurementsSchema = z.object({ items: z.array(measurementSchema), next_cursor: cursor });

export const aqiHourSchema = z.object({
  hour_start: instant,
  aqi: index,
  category: categorySchema,
  dominant_pollutant: dominantSchema,
  sub_indices: subIndicesSchema,
});

export const aqiSchema = z.object({ items: z.array(aqiHourSchema), next_cursor: cursor });

export const rejectedItemSchema = z.object({
  received_at: instant,
  message_id: z.string(),
  station_id: z.nullable(z.string()),
  reject_reason: z.string(),
  payload: z.string(),
});

export const rejectedSchema = z.object({ items: z.array(rejectedItemSchema), next_cursor: cursor });

const predictionSchema = z.object({
  value: z.nullable(z.number()),
  lower: z.nullable(z.number()),
  upper: z.nullable(z.number()),
  fallback: z.boolean(),
});

export const predictionsSchema = z.object({
  station_id: z.string(),
  made_at: z.nullable(instant),
  model: z.nullable(z.string()),
  fallback: z.nullable(z.boolean()),
  items: z.array(
    z.object({
      target_hour: instant,
      category: categorySchema,
      quantities: z.record(z.string(), predictionSchema),
    }),
  ),
});

export const qualityItemSchema = z.object({
  station_id: z.string(),
  hour_start: instant,
  expected: z.int(),
  measurements: z.int(),
  completeness: z.number(),
  freshness_seconds: z.nullable(z.number()),
  stuck_sensors: z.array(z.string()),
  out_of_range_share: z.number(),
});

export const qualitySchema = z.object({ items: z.array(qualityItemSchema), next_cursor: cursor });

const stepStateSchema = z.object({
  product: z.string(),
  workflow: z.string(),
  task: z.string(),
  /** running, succeeded, failed or killed; a state of a later version is shown as it is. */
  state: z.string(),
  last_succeeded_at: z.nullable(instant),
  late: z.nullable(z.boolean()),
});

const jobStateSchema = z.object({
  product: z.string(),
  name: z.string(),
  wanted: z.string(),
  /** running, restarting, given_up, held, stopped, unreachable or down; null before the keeper's first look. */
  state: z.nullable(z.string()),
});

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

export const statusSchema = z.object({
  status: z.enum(["ok", "stale", "down"]),
  frontend: z.object({ version: z.string() }),
  api: z.object({
    reachable: z.boolean(),
    latency_ms: z.nullable(z.number()),
    error: z.nullable(z.string()),
  }),
  starrocks: z.object({
    reachable: z.boolean(),
    version: z.nullable(z.string()),
    emulator: z.nullable(z.boolean()),
  }),
  data: z.object({
    last_measured_at: z.nullable(instant),
    last_received_at: z.nullable(instant),
    age_seconds: z.nullable(z.number()),
    fresh: z.boolean(),
  }),
  pipeline: z.object({
    status: z.enum(["ok", "failing", "late", "down", "given_up", "unknown"]),
    error: z.nullable(z.string()),
    steps: z.array(stepStateSchema),
    jobs: z.array(jobStateSchema),
  }),
});

/** A problem as RFC 9457 words it; every member may be missing. */
export const problemSchema = z.object({
  title: z.optional(z.string()),
  status: z.optional(z.number()),
  detail: z.optional(z.nullable(z.string())),
  errors: z.optional(
    z.nullable(
      z.array(
        z.object({
          field: z.string(),
          value: z.optional(z.unknown()),
          expected: z.optional(z.nullable(z.string())),
        }),
      ),
    ),
  ),
});

export type Station = z.infer<typeof stationSchema>;
export type StationDetail = z.infer<typeof stationDetailSchema>;
export type Measurement = z.infer<typeof measurementSchema>;
export type CurrentItem = z.infer<typeof currentItemSchema>;
export type Current = z.infer<typeof currentSchema>;
export type SubIndices = z.infer<typeof subIndicesSchema>;
export type AqiHour = z.infer<typeof aqiHourSchema>;
export type RejectedItem = z.infer<typeof rejectedItemSchema>;
export type Rejected = z.infer<typeof rejectedSchema>;
export type Predictions = z.infer<typeof predictionsSchema>;
export type PredictedHour = Predictions["items"][number];
export type Quality = z.infer<typeof qualityItemSchema>;
export type Pipeline = z.infer<typeof pipelineSchema>;
export type PipelineStep = Pipeline["steps"][number];
export type StreamingJob = Pipeline["jobs"][number];
export type Status = z.infer<typeof statusSchema>;
export type Problem = z.infer<typeof problemSchema>;
