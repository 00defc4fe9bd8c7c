import * as z from "zod/mini";

export const STATUSES = ["active", "silent", "lost"] as const;
export type Status = (typeof STATUSES)[number];

export const lionSchema = z.object({
  lion_id: z.string(),
  name: z.string(),
  status: z.enum(STATUSES),
  current_weight: z.nullable(z.number()),
  health_score: z.nullable(z.number()),
  tracking_frequency: z.nullable(z.number()),
  position_lat: z.nullable(z.number()),
  position_lng: z.nullable(z.number()),
  last_fix_at: z.nullable(z.string()),
  data_quality_score: z.nullable(z.number()),
});
export type Lion = z.infer<typeof lionSchema>;

export const lionsSchema = z.object({
  count: z.number(),
  lions: z.array(lionSchema),
  next_cursor: z.nullable(z.string()),
});

export const lionDetailSchema = z.extend(lionSchema, {
  avg_weight: z.nullable(z.number()),
  weight_trend: z.nullable(z.number()),
  distance_km: z.nullable(z.number()),
});
export type LionDetail = z.infer<typeof lionDetailSchema>;

export const weighingSchema = z.object({ measured_at: z.string(), weight: z.number() });
export const trendDaySchema = z.object({ metric_date: z.string(), avg_weight: z.nullable(z.number()) });
export const weightTrendSchema = z.object({
  weights: z.array(weighingSchema),
  days: z.array(trendDaySchema),
});
export type WeightTrend = z.infer<typeof weightTrendSchema>;

export const fixSchema = z.object({
  measured_at: z.string(),
  position_lat: z.number(),
  position_lng: z.number(),
});
export type Fix = z.infer<typeof fixSchema>;

export const leadingUserSchema = z.object({
  rank: z.number(),
  user_id: z.string(),
  username: z.nullable(z.string()),
  challenges_completed: z.number(),
  weight_entries: z.number(),
  engagement_score: z.number(),
});

export const leadingLionSchema = z.object({
  rank: z.number(),
  lion_id: z.string(),
  name: z.string(),
  health_score: z.number(),
});
export const lionRankingSchema = z.object({ items: z.array(leadingLionSchema) });

export const anomalySchema = z.object({
  lion_id: z.string(),
  name: z.string(),
  health_score: z.number(),
  avg_weight: z.nullable(z.number()),
  weight_trend: z.nullable(z.number()),
});

export const tableQualitySchema = z.object({
  table_name: z.string(),
  check_name: z.string(),
  quality_percentage: z.number(),
  checked_at: z.string(),
});

export const healthSchema = z.object({
  lions: z.number(),
  above_80: z.number(),
  from_60_to_80: z.number(),
  below_60: z.number(),
  average: z.nullable(z.number()),
});

export const dashboardSchema = z.object({
  health: healthSchema,
  anomalies: z.array(anomalySchema),
  users: z.array(leadingUserSchema),
  quality: z.array(tableQualitySchema),
  demonstration: z.boolean(),
});
export type Dashboard = z.infer<typeof dashboardSchema>;

export const reportSchema = z.object({ report_date: z.string(), markdown: z.string() });
