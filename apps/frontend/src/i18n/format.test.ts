import { describe, expect, it } from "vitest";
import { formats } from "./format";

const NOON = Date.parse("2026-01-31T12:00:00Z");
const french = formats("fr");
const english = formats("en");

describe("formats", () => {
  it("writes decimals as the language does, none from 100 up", () => {
    expect(french.number(35.14)).toBe("35,1");
    expect(english.number(35.14)).toBe("35.1");
    expect(english.number(128.4)).toBe("128");
  });

  it("writes ages in the largest whole unit, nothing below a minute", () => {
    expect(french.ago(59)).toBeNull();
    expect(french.ago(185)).toMatch(/^il y a 3\smin$/);
    expect(english.ago(185)).toBe("3 min ago");
    expect(french.ago(7_300)).toMatch(/^il y a 2\sh$/);
    expect(english.ago(200_000)).toBe("2 days ago");
  });

  it("writes times in a zone, with the date if the day there differs", () => {
    expect(french.moment(NOON, "Asia/Shanghai", NOON)).toBe("20:00 UTC+8");
    expect(french.moment(NOON, "Asia/Shanghai", NOON + 5 * 3_600_000)).toContain("31 janv.");
    expect(english.clock(NOON, "Europe/Paris")).toBe("13:00");
  });

  it("contain the year if it differs, and the day if it differs", () => {
    const old = Date.parse("2017-02-28T23:00:00Z");
    expect(french.moment(old, "Africa/Dakar", NOON)).toMatch(/^mar\.? 28 févr\. 2017.* 23:00 UTC$/);
    expect(english.full(old, "Asia/Shanghai", NOON)).toMatch(/^Wed,? 1 Mar 2017.* 07:00$/);
    expect(french.moment(NOON - 86_400_000, "UTC", NOON)).not.toContain("2026");
    expect(french.dated(NOON, "UTC", NOON)).toMatch(/^sam\.? 31 janv\..* 12:00 UTC$/);
    expect(english.date(old, "UTC")).toBe("28 Feb 2017");
  });

  it("name a zone by its offset, or UTC without an offset", () => {
    expect(english.zone("Africa/Dakar", NOON)).toBe("Africa/Dakar (UTC)");
    expect(french.zone("Asia/Kolkata", NOON)).toBe("Asia/Kolkata (UTC+5:30)");
    expect(english.zone("America/St_Johns", NOON)).toBe("America/St_Johns (UTC−3:30)");
  });

  it("count old ages in months and years", () => {
    expect(french.ago(9 * 31_556_952)).toBe("il y a 9 ans");
    expect(english.ago(70 * 86_400)).toMatch(/^2\smonths ago$/);
  });

  it("writes lengths of time in their largest whole unit", () => {
    expect(french.duration(0)).toMatch(/^0\ss$/);
    expect(french.duration(59.9)).toMatch(/^59\ss$/);
    expect(english.duration(3_700)).toBe("1 hr");
    expect(english.duration(200_000)).toBe("2 days");
  });

  it("never rounds a share below 1 up to 100 %", () => {
    expect(english.percent(0.998)).toBe("99%");
    expect(english.percent(1)).toBe("100%");
    expect(french.percent(0.253)).toMatch(/^25\s%$/);
  });

  it("names the day of the week if an hour is on another day", () => {
    expect(english.hour(NOON, "Asia/Shanghai", NOON)).toBe("20:00");
    expect(english.hour(NOON + 5 * 3_600_000, "Asia/Shanghai", NOON)).toBe("Sun 01:00");
  });

  it("falls back to UTC for an unknown zone", () => {
    expect(english.clock(NOON, "Mars/Olympus")).toBe("12:00");
    expect(english.zone("Mars/Olympus", NOON)).toBe("UTC");
  });
});
