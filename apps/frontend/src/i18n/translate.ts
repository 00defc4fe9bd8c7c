export type Language = "fr" | "en";
export const LANGUAGES: readonly Language[] = ["fr", "en"];
/** The locale that numbers and dates follow: French of Côte d'Ivoire; British English for its 24 h clock. */
export const LOCALES: Record<Language, string> = { fr: "fr-CI", en: "en-GB" };

/** A text in every language. */
export type Localized = Readonly<Record<Language, string>>;
/** Texts by key; `{name}` in a text is a placeholder. */
export type Table = Readonly<Record<string, string>>;
/** The same texts in every language. */
export type Texts<T extends Table> = { fr: T; en: { readonly [K in keyof T]: string } };

type Placeholders<S extends string> = S extends `${string}{${infer Name}}${infer Rest}`
  ? Name | Placeholders<Rest>
  : never;
type Arguments<S extends string> = [Placeholders<S>] extends [never]
  ? []
  : [Readonly<Record<Placeholders<S>, string | number>>];
type PluralBase<T> = keyof T extends infer K ? (K extends `${infer Base}.one` ? Base : never) : never;

export type Translate<T extends Table> = <K extends keyof T & string>(
  key: K,
  ...values: Arguments<T[K]>
) => string;
export type TranslateCount<T extends Table> = (base: PluralBase<T>, count: number) => string;

/** Replaces the spaces of French punctuation and before per cent signs by no-break spaces. */
function unbroken(text: string): string {
  return text.replace(/ ([:;?!»%])/g, "\u00A0$1").replace(/« /g, "«\u00A0");
}

const typeset = (language: Language, text: string): string => (language === "fr" ? unbroken(text) : text);

/** Fills the `{placeholders}` of a text; unknown ones stay. */
export function fill(text: string, values: Readonly<Record<string, string | number>>): string {
  return text.replace(/\{(\w+)\}/g, (whole, name: string) => String(values[name] ?? whole));
}

/** A localized text in one language, with its typography and placeholders filled. */
export function localized(
  text: Localized,
  language: Language,
  values: Readonly<Record<string, string | number>> = {},
): string {
  return fill(typeset(language, text[language]), values);
}

/** Looks texts up by key in one language. */
export function translator<T extends Table>(texts: Texts<T>, language: Language): Translate<T> {
  return (key, ...values) => fill(typeset(language, texts[language][key]), values[0] ?? {});
}

/** Looks up the text of `base` for a count, by the plural rules of the language. */
export function pluralTranslator<T extends Table>(texts: Texts<T>, language: Language): TranslateCount<T> {
  const rules = new Intl.PluralRules(LOCALES[language]);
  const numbers = new Intl.NumberFormat(LOCALES[language]);
  const table: Table = texts[language];
  return (base, count) => {
    const key = `${base}.${rules.select(count) === "one" ? "one" : "other"}`;
    const text = table[key];
    if (text === undefined) throw new Error(`no text ${key}`);
    return fill(typeset(language, text), { count: numbers.format(count) });
  };
}
