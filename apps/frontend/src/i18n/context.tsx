import { createContext, type ReactNode, useCallback, useContext, useEffect, useMemo, useState } from "react";
import { readPreference, writePreference } from "../preferences";
import { type Formats, formats } from "./format";
import {
  LANGUAGES,
  type Language,
  pluralTranslator,
  type Translate,
  type TranslateCount,
  translator,
} from "./translate";

export type I18n = {
  language: Language;
  setLanguage: (language: Language) => void;
  t: Translate;
  count: TranslateCount;
  format: Formats;
};

const I18nContext = createContext<I18n | null>(null);

export function useI18n(): I18n {
  const value = useContext(I18nContext);
  if (value === null) throw new Error("useI18n needs an I18nProvider above it");
  return value;
}

/** French, unless this browser's user chose English before. */
export function I18nProvider({ children }: { children: ReactNode }) {
  const [language, setLanguageState] = useState<Language>(() => readPreference("language", LANGUAGES, "fr"));

  const setLanguage = useCallback((next: Language) => {
    writePreference("language", next);
    setLanguageState(next);
  }, []);

  useEffect(() => {
    document.documentElement.lang = language;
  }, [language]);

  const value = useMemo<I18n>(
    () => ({
      language,
      setLanguage,
      t: translator(language),
      count: pluralTranslator(language),
      format: formats(language),
    }),
    [language, setLanguage],
  );
  return <I18nContext.Provider value={value}>{children}</I18nContext.Provider>;
}
