import { apiGet, apiList, isoSeconds } from "../../../lib/api";
import {
  type AqiHour,
  aqiHourSchema,
  type Current,
  currentSchema,
  type Measurement,
  measurementSchema,
  type Pollutant,
  type Predictions,
  predictionsSchema,
  type Quality,
  qualityItemSchema,
  type Rejected,
  rejectedSchema,
  type StationDetail,
  stationDetailSchema,
} from "./schemas";

const NAME = "ciapol";
const PAGE_LIMIT = 1000;

/** A window in time, in milliseconds since the epoch: from inclusive, to exclusive. */
export type TimeWindow = { from: number; to: number };

const stationPath = (stationId: string): string => `/v1/stations/${encodeURIComponent(stationId)}`;
const range = ({ from, to }: TimeWindow) => ({ from: isoSeconds(from), to: isoSeconds(to) });

/** Requests to the product's API. */
export const api = {
  current: (signal: AbortSignal): Promise<Current> => apiGet(NAME, "/v1/aqi/current", currentSchema, signal),

  station: (stationId: string, signal: AbortSignal): Promise<StationDetail> =>
    apiGet(NAME, stationPath(stationId), stationDetailSchema, signal),

  /** Hourly means of one pollutant, in µg/m³. */
  hourlyMeans: (
    stationId: string,
    pollutant: Pollutant,
    window: TimeWindow,
    signal: AbortSignal,
  ): Promise<Measurement[]> =>
    apiList(NAME, `${stationPath(stationId)}/measurements`, measurementSchema, signal, {
      ...range(window),
      interval: "hour",
      pollutant,
      limit: PAGE_LIMIT,
    }),

  aqiHistory: (stationId: string, window: TimeWindow, signal: AbortSignal): Promise<AqiHour[]> =>
    apiList(NAME, `${stationPath(stationId)}/aqi`, aqiHourSchema, signal, {
      ...range(window),
      limit: PAGE_LIMIT,
    }),

  /** The newest prediction for a station; a station without one has no items. */
  predictions: (stationId: string, signal: AbortSignal): Promise<Predictions> =>
    apiGet(NAME, `${stationPath(stationId)}/predictions`, predictionsSchema, signal),

  /** Quality of the last 24 hours of every station, by hour. */
  quality: (signal: AbortSignal): Promise<Quality[]> =>
    apiList(NAME, "/v1/quality", qualityItemSchema, signal, { limit: PAGE_LIMIT }),

  /** The newest rejected messages since a moment; `next_cursor` shows that there are more than `limit`. */
  rejected: (since: number, limit: number, signal: AbortSignal): Promise<Rejected> =>
    apiGet(NAME, "/v1/rejected", rejectedSchema, signal, { since: isoSeconds(since), limit }),
};
