import { describe, expect, it } from "vitest";
import { axisTicks, hoursOf, onHours } from "./hours";

const NOW = Date.parse("2026-01-31T12:34:56Z");
const iso = (instant: number): string => new Date(instant).toISOString();

describe("hours of a period", () => {
  it.each([
    ["24h", 24],
    ["3d", 72],
    ["7d", 168],
    ["30d", 720],
    ["90d", 2160],
  ] as const)("%s is %i hours, the last of which contains the end", (period, count) => {
    const hours = hoursOf(period, NOW);
    expect(hours).toHaveLength(count);
    expect(iso(hours.at(-1) ?? 0)).toBe("2026-01-31T12:00:00.000Z");
    expect((hours.at(-1) ?? 0) - (hours[0] ?? 0)).toBe((count - 1) * 3_600_000);
  });

  it("are null without a measurement, and accept items in any order", () => {
    const hours = hoursOf("24h", NOW).slice(-3);
    const items = [
      { at: "2026-01-31T12:00:00Z", value: 3 },
      { at: "2026-01-31T10:00:00Z", value: 1 },
      { at: "2026-01-20T10:00:00Z", value: 9 },
    ];
    expect(onHours(hours, items, ({ at }) => at).map((found) => found?.value ?? null)).toEqual([1, null, 3]);
  });
});

describe("time axis", () => {
  it("marks local midnights of a week", () => {
    const ticks = axisTicks(hoursOf("7d", NOW), "Asia/Shanghai", 900);
    expect(ticks).toHaveLength(7);
    expect(new Set(ticks.map((tick) => iso(tick).slice(11, 13)))).toEqual(new Set(["16"]));
  });

  it.each([
    // Clocks in Havana skip midnight on 8 March and repeat it on 1 November.
    [
      "2026-03-10T12:00:00Z",
      "America/Havana",
      ["04T05", "05T05", "06T05", "07T05", "08T05", "09T04", "10T04"],
    ],
    [
      "2026-11-03T12:00:00Z",
      "America/Havana",
      ["28T04", "29T04", "30T04", "31T04", "01T04", "02T05", "03T05"],
    ],
    ["2026-03-30T12:00:00Z", "Europe/Paris", ["24T23", "25T23", "26T23", "27T23", "28T23", "29T22"]],
  ])("marks each day once in the week until %s in %s", (end, zone, starts) => {
    const ticks = axisTicks(hoursOf("7d", Date.parse(end)), zone, 900);
    expect(ticks.map((tick) => iso(tick).slice(8, 13)).slice(-starts.length)).toEqual(starts);
    expect(ticks.length).toBeLessThanOrEqual(7);
  });

  it("has few marks on a phone, and no mark at the end with truncated text", () => {
    const hours = hoursOf("30d", NOW);
    const ticks = axisTicks(hours, "Africa/Abidjan", 290);
    expect(ticks.length).toBeGreaterThan(2);
    expect(ticks.length).toBeLessThanOrEqual(5);
    expect(hours.indexOf(ticks.at(-1) ?? 0)).toBeLessThanOrEqual(720 * (1 - 24 / 290));
  });
});
