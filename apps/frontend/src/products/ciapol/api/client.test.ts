import { describe, expect, it } from "vitest";
import { FakeServer } from "../../../testing/fakeServer";
import { current, station } from "../testing/fixtures";
import { api } from "./client";

const signal = new AbortController().signal;
const WINDOW = { from: Date.parse("2026-01-01T00:00:00Z"), to: Date.parse("2026-01-02T00:00:00Z") };

describe("client", () => {
  it("reads the current index", async () => {
    new FakeServer({ "/api/ciapol/v1/aqi/current": { ...current(), surprise: 1 } });
    expect(await api.current(signal)).toEqual(current());
  });

  it("reads every page of hourly means and encodes the station's id", async () => {
    const hour = (n: number) => ({ measured_at: `2026-01-01T0${n}:00:00Z`, pm25: n });
    const pages = [
      { items: [hour(0)], next_cursor: "next page" },
      { items: [hour(1)], next_cursor: null },
    ];
    const server = new FakeServer({ "/api/ciapol/v1/stations/a%2Fb/measurements": () => pages.shift() });
    const items = await api.hourlyMeans("a/b", "pm25", WINDOW, signal);
    expect(items.map(({ pm25 }) => pm25)).toEqual([0, 1]);
    expect(server.requests[0]?.searchParams.get("from")).toBe("2026-01-01T00:00:00Z");
    expect(server.requests[0]?.searchParams.get("interval")).toBe("hour");
    expect(server.requests[1]?.searchParams.get("cursor")).toBe("next page");
  });

  it("accepts a station without name, commune and coordinates", async () => {
    const bare = { ...station({ name: null, commune: null, registered: false }), latest: null };
    new FakeServer({ "/api/ciapol/v1/stations/A": bare });
    expect(await api.station("A", signal)).toEqual(bare);
  });
});
