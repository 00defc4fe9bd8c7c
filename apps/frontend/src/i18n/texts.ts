import { en } from "./en";
import { type Formats, formats } from "./format";
import { fr } from "./fr";
import { useLanguage } from "./language";
import {
  type Language,
  type Localized,
  localized,
  pluralTranslator,
  type Table,
  type Texts,
  type Translate,
  type TranslateCount,
  translator,
} from "./translate";

export type I18n<T extends Table> = {
  language: Language;
  setLanguage: (language: Language) => void;
  /** The text of a key, its placeholders filled. */
  t: Translate<T>;
  /** The text of a key with `.one` and `.other` for a count. */
  count: TranslateCount<T>;
  /** A text that is not in a table. */
  text: (text: Localized, values?: Readonly<Record<string, string | number>>) => string;
  format: Formats;
};

type Words<T extends Table> = Omit<I18n<T>, "setLanguage">;

/**
 * Makes the hook that gives components their texts.
 *
 * The keys and placeholders of `fr` are checked at compile time, and `en` must have the same keys.
 */
export function createTexts<const T extends Table>(texts: Texts<T>): () => I18n<T> {
  const known = new Map<Language, Words<T>>();
  const wordsOf = (language: Language): Words<T> => {
    const made = known.get(language) ?? {
      language,
      t: translator(texts, language),
      count: pluralTranslator(texts, language),
      text: (text, values) => localized(text, language, values),
      format: formats(language),
    };
    known.set(language, made);
    return made;
  };
  return function useTexts() {
    const { language, setLanguage } = useLanguage();
    return { ...wordsOf(language), setLanguage };
  };
}

/** Texts of the shell, for the shell and its shared components. */
export const useI18n = createTexts({ fr, en });
