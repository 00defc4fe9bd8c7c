import { describe, expect, it, vi } from "vitest";
import { FakeServer, problem } from "../testing/fakeServer";
import { current, station } from "../testing/fixtures";
import { api, RequestError } from "./client";

const signal = new AbortController().signal;
const WINDOW = { from: Date.parse("2026-01-01T00:00:00Z"), to: Date.parse("2026-01-02T00:00:00Z") };

async function failure(request: Promise<unknown>): Promise<RequestError> {
  const error: unknown = await request.then(
    () => null,
    (reason: unknown) => reason,
  );
  if (!(error instanceof RequestError)) throw new Error(`expected a RequestError, got ${String(error)}`);
  return error;
}

describe("client", () => {
  it("reads the contract's shape and drops what it does not know", async () => {
    new FakeServer({ "/api/v1/aqi/current": { ...current(), surprise: 1 } });
    expect(await api.current(signal)).toEqual(current());
  });

  it("refuses another shape and names the field", async () => {
    const [first] = current().items;
    new FakeServer({ "/api/v1/aqi/current": { computed_at: null, items: [{ ...first, aqi: "high" }] } });
    const error = await failure(api.current(signal));
    expect(error.kind).toBe("shape");
    expect(error.detail).toContain("items[0].aqi");
  });

  it("refuses what is not JSON", async () => {
    new FakeServer({ "/api/status": new Response("<html>") });
    expect((await failure(api.status(signal))).kind).toBe("shape");
  });

  it("puts a problem's detail and fields into words", async () => {
    const body = {
      title: "Bad Request",
      status: 400,
      detail: "Invalid.",
      errors: [{ field: "from", expected: "a time" }],
    };
    new FakeServer({ "/api/v1/rejected": new Response(JSON.stringify(body), { status: 400 }) });
    const error = await failure(api.rejected(0, 5, signal));
    expect(error).toMatchObject({ kind: "problem", status: 400, detail: "Invalid. (from: a time)" });
  });

  it("tells the status of an error page that is no problem document", async () => {
    new FakeServer({ "/api/v1/rejected": new Response("oops", { status: 502, statusText: "Bad Gateway" }) });
    expect((await failure(api.rejected(0, 5, signal))).detail).toBe("HTTP 502 Bad Gateway");
  });

  it("tells a lost connection", async () => {
    const server = new FakeServer({});
    server.unreachable = true;
    expect((await failure(api.status(signal))).kind).toBe("network");
  });

  it("tells a time-out", async () => {
    vi.spyOn(AbortSignal, "timeout").mockReturnValue(AbortSignal.abort());
    vi.stubGlobal("fetch", async (_: string, init: RequestInit) => init.signal?.throwIfAborted());
    expect((await failure(api.status(signal))).kind).toBe("timeout");
  });

  it("follows cursors to the end and encodes the station's id", async () => {
    const hour = (n: number) => ({ measured_at: `2026-01-01T0${n}:00:00Z`, pm25: n });
    const path = "/api/v1/stations/a%2Fb/measurements";
    const pages = [
      { items: [hour(0)], next_cursor: "next page" },
      { items: [hour(1)], next_cursor: null },
    ];
    const server = new FakeServer({ [path]: () => pages.shift() });
    const items = await api.hourlyMeans("a/b", "pm25", WINDOW, signal);
    expect(items.map(({ pm25 }) => pm25)).toEqual([0, 1]);
    expect(server.requests[0]?.searchParams.get("from")).toBe("2026-01-01T00:00:00Z");
    expect(server.requests[0]?.searchParams.get("interval")).toBe("hour");
    expect(server.requests[1]?.searchParams.get("cursor")).toBe("next page");
  });

  it("gives up on a server that hands out cursors for ever", async () => {
    new FakeServer({ "/api/v1/stations/A/aqi": () => ({ items: [], next_cursor: "again" }) });
    expect((await failure(api.aqiHistory("A", WINDOW, signal))).kind).toBe("shape");
  });

  it("keeps the status of an unknown station", async () => {
    new FakeServer({ "/api/v1/stations/A": problem(404, "Not Found", "No such station.") });
    expect((await failure(api.station("A", signal))).status).toBe(404);
  });

  it("accepts a station without name, commune and coordinates", async () => {
    const bare = { ...station({ name: null, commune: null, registered: false }), latest: null };
    new FakeServer({ "/api/v1/stations/A": bare });
    expect(await api.station("A", signal)).toEqual(bare);
  });
});
