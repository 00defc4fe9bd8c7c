import { describe, expect, it } from "vitest";
import { indexTicks, summarize, valueTicks } from "./scale";

describe("value axis", () => {
  it.each([
    [276, [0, 100, 200, 300]],
    [8, [0, 2, 4, 6, 8]],
    [0, [0, 1]],
    [35.4, [0, 10, 20, 30, 40]],
  ])("up to %d has round marks %j", (highest, marks) => {
    expect(valueTicks(highest)).toEqual(marks);
  });
});

describe("index axis", () => {
  it("always shows the first two categories", () => expect(indexTicks(12)).toEqual([0, 50, 100]));
  it("ends with the category that contains the highest value", () =>
    expect(indexTicks(201)).toEqual([0, 50, 100, 150, 200, 300]));
  it("continues in hundreds above 300", () =>
    expect(indexTicks(512)).toEqual([0, 50, 100, 150, 200, 300, 400, 500, 600]));
});

describe("summary", () => {
  it("ignores gaps", () => expect(summarize([4, null, 8])).toEqual({ min: 4, mean: 6, max: 8, count: 2 }));
  it("is null if nothing was measured", () => expect(summarize([null, null])).toBeNull());
});
