import { en } from "./en";
import { fr, type MessageKey } from "./fr";

export type Language = "fr" | "en";
export const LANGUAGES: readonly Language[] = ["fr", "en"];
/** The locale that numbers and dates follow: Côte d'Ivoire's French; British English for its 24 h clock. */
export const LOCALES: Record<Language, string> = { fr: "fr-CI", en: "en-GB" };

/** French sets these marks off with a space, at which a line must not break. */
function unbroken(text: string): string {
  return text.replace(/ ([:;?!»])/g, "\u00A0$1").replace(/« /g, "«\u00A0");
}

const MESSAGES: Record<Language, (key: MessageKey) => string> = {
  fr: (key) => unbroken(fr[key]),
  en: (key) => en[key],
};

type Placeholders<S extends string> = S extends `${string}{${infer Name}}${infer Rest}`
  ? Name | Placeholders<Rest>
  : never;
type Values<K extends MessageKey> = Record<Placeholders<(typeof fr)[K]>, string | number>;
type Arguments<K extends MessageKey> = [Placeholders<(typeof fr)[K]>] extends [never] ? [] : [Values<K>];

type PluralBase = MessageKey extends infer K ? (K extends `${infer Base}.one` ? Base : never) : never;

export type Translate = <K extends MessageKey>(key: K, ...values: Arguments<K>) => string;
export type TranslateCount = (base: PluralBase, count: number) => string;

function fill(text: string, values: Readonly<Record<string, string | number>>): string {
  return text.replace(/\{(\w+)\}/g, (whole, name: string) => String(values[name] ?? whole));
}

/** The text of a key in a language, its `{placeholders}` filled in. */
export function translator(language: Language): Translate {
  return (key, ...values) => fill(MESSAGES[language](key), values[0] ?? {});
}

/** The text of `base` for a count, by the language's plural rules. */
export function pluralTranslator(language: Language): TranslateCount {
  const rules = new Intl.PluralRules(LOCALES[language]);
  const numbers = new Intl.NumberFormat(LOCALES[language]);
  return (base, count) => {
    const key: MessageKey = rules.select(count) === "one" ? `${base}.one` : `${base}.other`;
    return fill(MESSAGES[language](key), { count: numbers.format(count) });
  };
}
