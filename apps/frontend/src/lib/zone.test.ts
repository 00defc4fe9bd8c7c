import { describe, expect, it } from "vitest";
import { addDays, dayEnd, isDay, knownZone, localClock } from "./zone";

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

describe("days", () => {
  it.each([
    ["2017-02-28", "UTC", "2017-03-01T00:00:00.000Z"],
    ["2017-02-28", "Asia/Shanghai", "2017-02-28T16:00:00.000Z"],
    ["2026-12-31", "Asia/Kolkata", "2026-12-31T18:30:00.000Z"],
    ["2026-03-29", "Europe/Paris", "2026-03-29T22:00:00.000Z"],
    ["2026-10-24", "Europe/Paris", "2026-10-24T22:00:00.000Z"],
    ["2026-10-25", "Europe/Paris", "2026-10-25T23:00:00.000Z"],
  ])("%s ends in %s at %s", (day, zone, end) => {
    expect(new Date(dayEnd(day, zone)).toISOString()).toBe(end);
  });

  it("are counted across months and years", () => {
    expect(addDays("2017-02-28", 1)).toBe("2017-03-01");
    expect(addDays("2026-01-01", -1)).toBe("2025-12-31");
  });

  it.each(["2017-02-30", "2017-13-01", "17-02-28", "", "2017-02-28T00"])("%j is none", (text) => {
    expect(isDay(text)).toBe(false);
  });
});
