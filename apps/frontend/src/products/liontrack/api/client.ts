import { allPages, apiGet, apiList, isoSeconds } from "../../../lib/api";
import {
  type Dashboard,
  dashboardSchema,
  type Fix,
  fixSchema,
  type Lion,
  type LionDetail,
  lionDetailSchema,
  lionRankingSchema,
  lionsSchema,
  reportSchema,
  type WeightTrend,
  weightTrendSchema,
} from "./schemas";

const NAME = "liontrack";
const DAY_MS = 86_400_000;
const lionPath = (lionId: string): string => `/analytics/lions/${encodeURIComponent(lionId)}`;

/** Requests to the product's API. */
export const api = {
  lions: (signal: AbortSignal): Promise<Lion[]> =>
    allPages(async (cursor) => {
      const page = await apiGet(NAME, "/analytics/lions", lionsSchema, signal, { cursor });
      return { items: page.lions, next_cursor: page.next_cursor };
    }, `/api/${NAME}/analytics/lions`),

  dashboard: (signal: AbortSignal): Promise<Dashboard> =>
    apiGet(NAME, "/analytics/dashboard", dashboardSchema, signal),

  leadingLions: (signal: AbortSignal) =>
    apiGet(NAME, "/analytics/leaderboard/lions", lionRankingSchema, signal),

  report: (language: string, signal: AbortSignal) =>
    apiGet(NAME, "/analytics/reports/latest", reportSchema, signal, { language }),

  lion: (lionId: string, signal: AbortSignal): Promise<LionDetail> =>
    apiGet(NAME, lionPath(lionId), lionDetailSchema, signal),

  weights: (lionId: string, signal: AbortSignal): Promise<WeightTrend> =>
    apiGet(NAME, `${lionPath(lionId)}/weight-trend`, weightTrendSchema, signal),

  /** Positions of the last 30 days, oldest first. */
  track: async (lionId: string, signal: AbortSignal): Promise<Fix[]> => {
    // The range is fixed, so that all pages of the list have the same range.
    const from = isoSeconds(Math.floor((Date.now() - 30 * DAY_MS) / 60_000) * 60_000);
    const fixes = await apiList(NAME, `${lionPath(lionId)}/track`, fixSchema, signal, { from });
    return fixes.reverse();
  },
};
