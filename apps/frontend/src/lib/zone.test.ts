import { describe, expect, it } from "vitest";
import { knownZone, localClock } from "./zone";

describe("time zones", () => {
  it("read the clock of the zone", () => {
    expect(localClock(Date.parse("2026-12-31T18:00:00Z"), "Asia/Shanghai")).toEqual({
      hour: 2,
      day: "2027-01-01",
      year: "2027",
    });
  });

  it("fall back to UTC where the browser does not know the zone", () => {
    expect(knownZone("Mars/Olympus")).toBe("UTC");
    expect(knownZone("Europe/Paris")).toBe("Europe/Paris");
  });
});
