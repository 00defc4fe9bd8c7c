import { describe, expect, it } from "vitest";
import { en } from "./en";
import { fr } from "./fr";
import { localized, pluralTranslator, type Table, translator } from "./translate";

type Messages = { fr: Table; en: Table };

const placeholders = (text: string): string[] =>
  [...text.matchAll(/\{(\w+)\}/g)].map(([, name]) => name ?? "").sort();

/** The texts of the shell and of every product that keeps its own in `texts/fr.ts` and `texts/en.ts`. */
const tables: Record<string, Messages> = { shell: { fr, en } };
const modules = import.meta.glob<Record<string, Table>>("../products/*/texts/{fr,en}.ts", { eager: true });
for (const [path, module] of Object.entries(modules)) {
  const [, product, language] = /products\/(\w+)\/texts\/(fr|en)\.ts$/.exec(path) ?? [];
  const table = module[language ?? ""];
  if (product === undefined || table === undefined) throw new Error(`${path} must export its language`);
  tables[product] = { ...(tables[product] ?? { fr: {}, en: {} }), [language ?? ""]: table };
}

describe.each(Object.entries(tables))("texts of %s", (_, messages) => {
  it("have the same keys in both languages", () => {
    expect(Object.keys(messages.en).sort()).toEqual(Object.keys(messages.fr).sort());
  });

  it.each(Object.entries(messages.fr))("%s has the same placeholders in both languages", (key, french) => {
    const english = messages.en[key] ?? "";
    expect(placeholders(english)).toEqual(placeholders(french));
    expect(french.trim()).not.toBe("");
    expect(english.trim()).not.toBe("");
  });

  it("use typographic apostrophes", () => {
    const all = [...Object.values(messages.fr), ...Object.values(messages.en)];
    expect(all.filter((text) => text.includes("'"))).toEqual([]);
  });

  it("have a plural for each singular", () => {
    const keys = Object.keys(messages.fr).filter((key) => key.endsWith(".one"));
    expect(keys.filter((key) => !(key.replace(/one$/, "other") in messages.fr))).toEqual([]);
  });
});

describe("translation", () => {
  const texts = {
    fr: { greeting: "Bonjour {name} !", "thing.one": "{count} chose", "thing.other": "{count} choses" },
    en: { greeting: "Hello {name}!", "thing.one": "{count} thing", "thing.other": "{count} things" },
  } as const;

  it("fills in values and keeps French punctuation on the line of its word", () => {
    expect(translator(texts, "fr")("greeting", { name: "Ama" })).toBe("Bonjour Ama\u00A0!");
    expect(translator(texts, "en")("greeting", { name: "Ama" })).toBe("Hello Ama!");
    expect(localized({ fr: "Âge : {n}", en: "Age: {n}" }, "fr", { n: 3 })).toBe("Âge\u00A0: 3");
    expect(localized({ fr: "{n} % du jour", en: "{n} % of the day" }, "fr", { n: 3 })).toBe(
      "3\u00A0% du jour",
    );
  });

  it("counts as each language does: zero is singular in French", () => {
    expect(pluralTranslator(texts, "fr")("thing", 0)).toBe("0 chose");
    expect(pluralTranslator(texts, "en")("thing", 0)).toBe("0 things");
    expect(pluralTranslator(texts, "fr")("thing", 2)).toBe("2 choses");
  });
});
