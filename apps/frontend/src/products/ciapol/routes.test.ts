import { describe, expect, it } from "vitest";
import { stationHref, viewOf } from "./routes";

describe("addresses", () => {
  it("contain the station and the view", () => {
    const href = stationHref("Côte/d'Ivoire #1?", { period: "7d", pollutant: "o3", until: "2017-02-28" });
    const [path, search] = href.split("?", 2);
    expect(path).toBe("/ciapol/stations/C%C3%B4te%2Fd'Ivoire%20%231%3F");
    expect(viewOf(new URLSearchParams(search))).toEqual({
      period: "7d",
      pollutant: "o3",
      until: "2017-02-28",
    });
  });

  it("fall back to the default view for values that do not exist", () => {
    expect(viewOf(new URLSearchParams("period=9y&pollutant=radon&until=2017-02-30"))).toEqual({
      period: "3d",
      pollutant: "pm25",
      until: null,
    });
  });
});
