import * as z from "zod/mini";
import {
  type AqiHour,
  aqiSchema,
  type Current,
  currentSchema,
  type Measurement,
  measurementsSchema,
  type Pipeline,
  type Pollutant,
  type Predictions,
  type Problem,
  pipelineSchema,
  predictionsSchema,
  problemSchema,
  type Quality,
  qualitySchema,
  type Rejected,
  rejectedSchema,
  type StationDetail,
  type Status,
  stationDetailSchema,
  statusSchema,
} from "./schemas";

/** Longest wait for one answer, in milliseconds. */
export const REQUEST_TIMEOUT_MS = 10_000;
const PAGE_LIMIT = 1000;
// 30 days of hours are one page; the bound stops a server that hands out cursors for ever.
const MAX_PAGES = 20;

/** Why a request gave no data: no connection, no answer in time, a refusal, or an answer of another shape. */
export type FailureKind = "network" | "timeout" | "problem" | "shape";

export class RequestError extends Error {
  override readonly name = "RequestError";

  constructor(
    readonly kind: FailureKind,
    readonly path: string,
    readonly detail: string,
    readonly status: number | null = null,
    readonly problem: Problem | null = null,
  ) {
    super(`${path}: ${kind}: ${detail}`);
  }
}

function describeProblem(problem: Problem | null, response: Response): string {
  const words = problem?.detail ?? problem?.title ?? `HTTP ${response.status} ${response.statusText}`.trim();
  const fields = (problem?.errors ?? [])
    .map(({ field, expected }) => (expected ? `${field}: ${expected}` : field))
    .join("; ");
  return fields ? `${words} (${fields})` : words;
}

async function refusal(path: string, response: Response): Promise<RequestError> {
  let problem: Problem | null = null;
  try {
    const parsed = problemSchema.safeParse(await response.json());
    problem = parsed.success ? parsed.data : null;
  } catch {
    // The body is not JSON: the status line is all there is to tell.
  }
  return new RequestError("problem", path, describeProblem(problem, response), response.status, problem);
}

async function send(path: string, signal: AbortSignal): Promise<Response> {
  const timeout = AbortSignal.timeout(REQUEST_TIMEOUT_MS);
  try {
    return await fetch(path, {
      headers: { accept: "application/json, application/problem+json" },
      cache: "no-store",
      signal: AbortSignal.any([signal, timeout]),
    });
  } catch (error) {
    if (signal.aborted) throw error;
    if (timeout.aborted) throw new RequestError("timeout", path, `${REQUEST_TIMEOUT_MS / 1000} s`);
    throw new RequestError("network", path, error instanceof Error ? error.message : String(error));
  }
}

async function getJson<S extends z.ZodMiniType>(
  path: string,
  schema: S,
  signal: AbortSignal,
): Promise<z.infer<S>> {
  const response = await send(path, signal);
  if (!response.ok) throw await refusal(path, response);
  let body: unknown;
  try {
    body = await response.json();
  } catch (error) {
    if (signal.aborted) throw error;
    throw new RequestError("shape", path, "not JSON", response.status);
  }
  const parsed = schema.safeParse(body);
  if (!parsed.success) throw new RequestError("shape", path, z.prettifyError(parsed.error), response.status);
  return parsed.data;
}

type Page<T> = { items: T[]; next_cursor: string | null };

async function allPages<T>(load: (cursor: string | null) => Promise<Page<T>>, path: string): Promise<T[]> {
  const items: T[] = [];
  let cursor: string | null = null;
  for (let page = 0; page < MAX_PAGES; page += 1) {
    const answer: Page<T> = await load(cursor);
    items.push(...answer.items);
    cursor = answer.next_cursor;
    if (cursor === null) return items;
  }
  throw new RequestError("shape", path, `more than ${MAX_PAGES} pages`);
}

function query(parameters: Record<string, string | number | null>): string {
  const search = new URLSearchParams();
  for (const [name, value] of Object.entries(parameters)) {
    if (value !== null) search.set(name, String(value));
  }
  return search.toString();
}

const isoSeconds = (milliseconds: number): string =>
  new Date(milliseconds).toISOString().replace(".000Z", "Z");

/** A window in time, in milliseconds since the epoch: from inclusive, to exclusive. */
export type TimeWindow = { from: number; to: number };

const stationPath = (stationId: string): string => `/api/v1/stations/${encodeURIComponent(stationId)}`;

export const api = {
  status: (signal: AbortSignal): Promise<Status> => getJson("/api/status", statusSchema, signal),

  current: (signal: AbortSignal): Promise<Current> => getJson("/api/v1/aqi/current", currentSchema, signal),

  station: (stationId: string, signal: AbortSignal): Promise<StationDetail> =>
    getJson(stationPath(stationId), stationDetailSchema, signal),

  /** Hourly means of one pollutant, in µg/m³. */
  hourlyMeans: (
    stationId: string,
    pollutant: Pollutant,
    window: TimeWindow,
    signal: AbortSignal,
  ): Promise<Measurement[]> => {
    const path = `${stationPath(stationId)}/measurements`;
    const parameters = {
      from: isoSeconds(window.from),
      to: isoSeconds(window.to),
      interval: "hour",
      pollutant,
      limit: PAGE_LIMIT,
    };
    return allPages(
      (cursor) => getJson(`${path}?${query({ ...parameters, cursor })}`, measurementsSchema, signal),
      path,
    );
  },

  aqiHistory: (stationId: string, window: TimeWindow, signal: AbortSignal): Promise<AqiHour[]> => {
    const path = `${stationPath(stationId)}/aqi`;
    const parameters = { from: isoSeconds(window.from), to: isoSeconds(window.to), limit: PAGE_LIMIT };
    return allPages(
      (cursor) => getJson(`${path}?${query({ ...parameters, cursor })}`, aqiSchema, signal),
      path,
    );
  },

  /** The newest prediction for a station; one without any has no items. */
  predictions: (stationId: string, signal: AbortSignal): Promise<Predictions> =>
    getJson(`${stationPath(stationId)}/predictions`, predictionsSchema, signal),

  pipeline: (signal: AbortSignal): Promise<Pipeline> => getJson("/api/v1/pipeline", pipelineSchema, signal),

  /** Quality of the last 24 hours of every station, by hour. */
  quality: (signal: AbortSignal): Promise<Quality[]> => {
    const path = "/api/v1/quality";
    return allPages(
      (cursor) => getJson(`${path}?${query({ limit: PAGE_LIMIT, cursor })}`, qualitySchema, signal),
      path,
    );
  },

  /** The newest rejected measurements since a moment; `next_cursor` tells that there are more than `limit`. */
  rejected: (since: number, limit: number, signal: AbortSignal): Promise<Rejected> =>
    getJson(`/api/v1/rejected?${query({ since: isoSeconds(since), limit })}`, rejectedSchema, signal),
};
