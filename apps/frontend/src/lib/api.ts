import * as z from "zod/mini";

// zod's code generation needs `new Function`, which the page's Content-Security-Policy forbids.
z.config({ jitless: true });

/** A problem document (RFC 9457); every member may be missing. */
const problemSchema = z.object({
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

export type Problem = z.infer<typeof problemSchema>;

/** Time limit of one request, in milliseconds. */
export const REQUEST_TIMEOUT_MS = 10_000;
// The limit ends a list whose cursors never end.
const MAX_PAGES = 20;

/** The reason why a request has no data: no connection, no response in time, an error response, or an unexpected shape. */
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
    // The body is not JSON: only the status line is left.
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

/**
 * Reads JSON and checks its shape.
 *
 * `path` starts with `/api/`; `schema` describes the response. Raises RequestError, or the abort of `signal`.
 */
export async function getJson<S extends z.ZodMiniType>(
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

/** A page of a list; `next_cursor` leads to the next one. */
export type Page<T> = { items: T[]; next_cursor: string | null };

/** Reads a list to its end; `load` reads the page of a cursor. */
export async function allPages<T>(
  load: (cursor: string | null) => Promise<Page<T>>,
  path: string,
): Promise<T[]> {
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

/** The parameters as a query string, without those that are null. */
export function query(parameters: Record<string, string | number | null>): string {
  const search = new URLSearchParams();
  for (const [name, value] of Object.entries(parameters)) {
    if (value !== null) search.set(name, String(value));
  }
  return search.toString();
}

/** A moment in milliseconds since the epoch as the APIs write it, such as `2026-01-31T12:00:00Z`. */
export const isoSeconds = (milliseconds: number): string =>
  new Date(milliseconds).toISOString().replace(".000Z", "Z");

export type Parameters = Record<string, string | number | null>;

/**
 * Reads from the API of a product, or of the platform.
 *
 * `path` follows `/api/NAME`, for example `/v1/readings`. The response has the type that `schema` describes.
 */
export function apiGet<S extends z.ZodMiniType>(
  name: string,
  path: string,
  schema: S,
  signal: AbortSignal,
  parameters: Parameters = {},
): Promise<z.infer<S>> {
  const search = query(parameters);
  return getJson(`/api/${name}${path}${search === "" ? "" : `?${search}`}`, schema, signal);
}

/** Reads every page of a list `{"items": […], "next_cursor": …}`; `item` describes one of its items. */
export function apiList<S extends z.ZodMiniType>(
  name: string,
  path: string,
  item: S,
  signal: AbortSignal,
  parameters: Parameters = {},
): Promise<z.infer<S>[]> {
  const schema = z.object({ items: z.array(item), next_cursor: z.nullable(z.string()) });
  return allPages<z.infer<S>>(
    (cursor) => apiGet(name, path, schema, signal, { ...parameters, cursor }),
    `/api/${name}${path}`,
  );
}
