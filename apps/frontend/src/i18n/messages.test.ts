import { describe, expect, it } from "vitest";
import { en } from "./en";
import { fr } from "./fr";
import { pluralTranslator, translator } from "./translate";

const placeholders = (text: string): string[] =>
  [...text.matchAll(/\{(\w+)\}/g)].map(([, name]) => name ?? "").sort();

describe("messages", () => {
  it("have the same keys in both languages", () => {
    expect(Object.keys(en).sort()).toEqual(Object.keys(fr).sort());
  });

  it.each(Object.entries(fr))("%s has the same placeholders and words in both languages", (key, french) => {
    const english = en[key as keyof typeof en];
    expect(placeholders(english)).toEqual(placeholders(french));
    expect(french.trim()).not.toBe("");
    expect(english.trim()).not.toBe("");
  });

  it("write French with typographic apostrophes", () => {
    expect(Object.values(fr).filter((text) => text.includes("'"))).toEqual([]);
  });

  it("fill in values", () => {
    expect(translator("fr")("aqi.of", { aqi: 99 })).toBe("IQA 99");
    expect(translator("en")("aqi.of", { aqi: 99 })).toBe("AQI 99");
  });

  it("keep French punctuation on the line of its word", () => {
    expect(translator("fr")("station.zone", { zone: "UTC" })).toBe("Heures\u00A0: UTC");
  });

  it("count as each language does: zero is singular in French", () => {
    expect(pluralTranslator("fr")("stations", 0)).toBe("0 station");
    expect(pluralTranslator("en")("stations", 0)).toBe("0 stations");
    expect(pluralTranslator("fr")("stations", 2)).toBe("2 stations");
  });
});
