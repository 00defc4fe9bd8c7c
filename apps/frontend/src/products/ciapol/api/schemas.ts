import * as z from "zod/mini";
import { WEATHER_QUANTITIES, type WeatherQuantity } from "../weather";

export const POLLUTANTS = ["pm25", "pm10", "o3", "no2", "so2", "co"] as const;
export const CATEGORIES = [
  "good",
  "moderate",
  "unhealthy_sensitive",
  "unhealthy",
  "very_unhealthy",
  "hazardous",
] as const;

export type Pollutant = (typeof POLLUTANTS)[number];
export type Reason = (typeof REASONS)[number];
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
  reference_temperature: z.number(),
  demonstration: z.nullable(z.string()),
  registered: z.boolean(),
  last_measured_at: z.nullable(instant),
});

const weather = Object.fromEntries(WEATHER_QUANTITIES.map((name) => [name, reading])) as Record<
  WeatherQuantity,
  typeof reading
>;

export const measurementSchema = z.object({
  measured_at: instant,
  pm25: reading,
  pm10: reading,
  so2: reading,
  no2: reading,
  o3: reading,
  co: reading,
  ...weather,
});

export const stationDetailSchema = z.extend(stationSchema, { latest: z.nullable(measurementSchema) });

export const subIndicesSchema = z.object({
  pm25: subIndex,
  pm10: subIndex,
  o3: subIndex,
  no2: subIndex,
  so2: subIndex,
  co: subIndex,
});

const categorySchema = z.nullable(z.enum(CATEGORIES));
const dominantSchema = z.nullable(z.enum(POLLUTANTS));

export const REASONS = ["running", "too_few_values", "too_few_hours", "nothing_measured"] as const;

/** Fields that describe how reliable an index is. */
const reliability = {
  /** The greatest sub-index known; without `aqi` the index is at least that. */
  at_least: index,
  /** The measured pollutants without an index, and the end of the first hour that can have it. */
  missing: z.array(z.object({ pollutant: z.string(), expected_at: instant })),
  /** True while the hour has not ended. */
  provisional: z.boolean(),
  /** Why there is no index: one of REASONS, or one of a later version. */
  reason: z.nullable(z.string()),
};

export const currentItemSchema = z.object({
  ...reliability,
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

export const aqiHourSchema = z.object({
  ...reliability,
  hour_start: instant,
  aqi: index,
  category: categorySchema,
  dominant_pollutant: dominantSchema,
  sub_indices: subIndicesSchema,
});

export const rejectedItemSchema = z.object({
  received_at: instant,
  message_id: z.string(),
  station_id: z.nullable(z.string()),
  reject_reason: z.string(),
  /** Absent in lists over all stations. */
  payload: z.optional(z.nullable(z.string())),
});

export const rejectedSchema = z.object({
  items: z.array(rejectedItemSchema),
  next_cursor: z.nullable(z.string()),
});

export const predictionSchema = z.object({
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
      dominant_pollutant: dominantSchema,
      sub_indices: subIndicesSchema,
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
