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

  it("fall back to UTC if the browser does not support the zone", () => {
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
    ["2026-03-29", "Africa/Dakar", "2026-03-30T00:00:00.000Z"],
    ["2026-03-08", "America/New_York", "2026-03-09T04:00:00.000Z"],
    ["2026-11-01", "America/New_York", "2026-11-02T05:00:00.000Z"],
    ["2026-04-05", "Australia/Lord_Howe", "2026-04-05T13:30:00.000Z"],
    ["2026-10-04", "Australia/Lord_Howe", "2026-10-04T13:00:00.000Z"],
    // The midnight after these days is skipped: the next day begins at 1:00.
    ["2026-03-07", "America/Havana", "2026-03-08T05:00:00.000Z"],
    ["2026-04-23", "Africa/Cairo", "2026-04-23T22:00:00.000Z"],
    ["2018-11-03", "America/Sao_Paulo", "2018-11-04T03:00:00.000Z"],
    // The midnight after this day is repeated, and this day's last hour.
    ["2026-10-31", "America/Havana", "2026-11-01T04:00:00.000Z"],
    ["2018-02-17", "America/Sao_Paulo", "2018-02-18T03:00:00.000Z"],
    // The day after this one is skipped.
    ["2011-12-29", "Pacific/Apia", "2011-12-30T10:00:00.000Z"],
    ["2011-12-31", "Pacific/Apia", "2011-12-31T10:00:00.000Z"],
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
