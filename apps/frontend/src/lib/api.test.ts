import { describe, expect, it, vi } from "vitest";
import * as z from "zod/mini";
import { FakeServer, problem } from "../testing/fakeServer";
import { apiGet, apiList, isoSeconds, RequestError } from "./api";

const signal = new AbortController().signal;
const thing = z.object({ id: z.string(), size: z.number() });
const things = z.object({ items: z.array(thing) });
const read = () => apiGet("sample", "/v1/things", things, signal);
const list = () => apiList("sample", "/v1/things", thing, signal, { since: isoSeconds(0), limit: 2 });
const PATH = "/api/sample/v1/things";

async function failure(request: Promise<unknown>): Promise<RequestError> {
  const error: unknown = await request.then(
    () => null,
    (reason: unknown) => reason,
  );
  if (!(error instanceof RequestError)) throw new Error(`expected a RequestError, got ${String(error)}`);
  return error;
}

describe("requests", () => {
  it("read the shape that is expected and drop other members", async () => {
    new FakeServer({ [PATH]: { items: [{ id: "a", size: 1, surprise: 1 }], more: 2 } });
    expect(await read()).toEqual({ items: [{ id: "a", size: 1 }] });
  });

  it("reject another shape and name the field", async () => {
    new FakeServer({ [PATH]: { items: [{ id: "a", size: "big" }] } });
    const error = await failure(read());
    expect(error.kind).toBe("shape");
    expect(error.detail).toContain("items[0].size");
  });

  it("reject a response that is not JSON", async () => {
    new FakeServer({ [PATH]: new Response("<html>") });
    expect((await failure(read())).kind).toBe("shape");
  });

  it("describe a problem's detail and fields", async () => {
    const body = {
      title: "Bad Request",
      status: 400,
      detail: "Invalid.",
      errors: [{ field: "from", expected: "a time" }],
    };
    new FakeServer({ [PATH]: new Response(JSON.stringify(body), { status: 400 }) });
    expect(await failure(read())).toMatchObject({
      kind: "problem",
      status: 400,
      detail: "Invalid. (from: a time)",
    });
  });

  it("keep the status of a problem", async () => {
    new FakeServer({ [PATH]: problem(404, "Not Found", "No such thing.") });
    expect((await failure(read())).status).toBe(404);
  });

  it("have the status line of an error page that is no problem document", async () => {
    new FakeServer({ [PATH]: new Response("oops", { status: 502, statusText: "Bad Gateway" }) });
    expect((await failure(read())).detail).toBe("HTTP 502 Bad Gateway");
  });

  it("report a lost connection", async () => {
    const server = new FakeServer({});
    server.unreachable = true;
    expect((await failure(read())).kind).toBe("network");
  });

  it("report a time-out", async () => {
    vi.spyOn(AbortSignal, "timeout").mockReturnValue(AbortSignal.abort());
    vi.stubGlobal("fetch", async (_: string, init: RequestInit) => init.signal?.throwIfAborted());
    expect((await failure(read())).kind).toBe("timeout");
  });
});

describe("lists", () => {
  it("follow cursors to the end and keep the parameters", async () => {
    const pages = [
      { items: [{ id: "a", size: 1 }], next_cursor: "next page" },
      { items: [{ id: "b", size: 2 }], next_cursor: null },
    ];
    const server = new FakeServer({ [PATH]: () => pages.shift() });
    expect((await list()).map(({ id }) => id)).toEqual(["a", "b"]);
    expect(server.requests[0]?.searchParams.get("since")).toBe("1970-01-01T00:00:00Z");
    expect(server.requests[0]?.searchParams.has("cursor")).toBe(false);
    expect(server.requests[1]?.searchParams.get("cursor")).toBe("next page");
    expect(server.requests[1]?.searchParams.get("limit")).toBe("2");
  });

  it("end with an error if the cursors never end", async () => {
    new FakeServer({ [PATH]: () => ({ items: [], next_cursor: "again" }) });
    expect((await failure(list())).kind).toBe("shape");
  });
});
