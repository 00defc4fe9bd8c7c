import { createContext, type ReactNode, useCallback, useContext, useEffect, useMemo, useState } from "react";
import { readPreference, writePreference } from "../lib/preferences";
import { LANGUAGES, type Language } from "./translate";

type LanguageChoice = { language: Language; setLanguage: (language: Language) => void };

const LanguageContext = createContext<LanguageChoice | null>(null);

export function useLanguage(): LanguageChoice {
  const value = useContext(LanguageContext);
  if (value === null) throw new Error("useLanguage needs a LanguageProvider above it");
  return value;
}

/** Provides the language: the one chosen earlier in this browser, else French. */
export function LanguageProvider({ children }: { children: ReactNode }) {
  const [language, setLanguageState] = useState<Language>(() => readPreference("language", LANGUAGES, "fr"));

  const setLanguage = useCallback((next: Language) => {
    writePreference("language", next);
    setLanguageState(next);
  }, []);

  useEffect(() => {
    document.documentElement.lang = language;
  }, [language]);

  const value = useMemo(() => ({ language, setLanguage }), [language, setLanguage]);
  return <LanguageContext.Provider value={value}>{children}</LanguageContext.Provider>;
}
