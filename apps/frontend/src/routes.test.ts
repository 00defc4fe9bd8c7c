import { describe, expect, it } from "vitest";
import { parseRoute, stationHref } from "./routes";

describe("addresses", () => {
  it("survive a round trip, whatever the station's id holds", () => {
    const id = "Côte/d'Ivoire #1?";
    const [path, search] = stationHref(id, { period: "7d", pollutant: "o3" }).split("?");
    expect(parseRoute(path ?? "", search ?? "")).toEqual({
      page: "station",
      stationId: id,
      period: "7d",
      pollutant: "o3",
    });
  });

  it("fall back to the usual view for values that do not exist", () => {
    expect(parseRoute("/stations/A", "period=9y&pollutant=radon")).toEqual({
      page: "station",
      stationId: "A",
      period: "3d",
      pollutant: "pm25",
    });
  });

  it.each(["/pipeline", "/pipeline/"])("%s is the pipeline", (path) => {
    expect(parseRoute(path, "")).toEqual({ page: "pipeline" });
  });

  it.each(["/nowhere", "/pipelines", "/pipeline/x", "/stations/", "/stations/a/b", "/stations/%E0%A4%A"])(
    "%s leads nowhere",
    (path) => {
      expect(parseRoute(path, "")).toEqual({ page: "not-found" });
    },
  );
});
