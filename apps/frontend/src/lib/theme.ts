import { useCallback, useEffect, useState } from "react";
import { readPreference, writePreference } from "./preferences";

export type Theme = "auto" | "light" | "dark";
export const THEMES: readonly Theme[] = ["auto", "light", "dark"];

export function storedTheme(): Theme {
  return readPreference("theme", THEMES, "auto");
}

/** Sets the theme attribute of the document; without it the style sheet follows the system. */
export function applyTheme(theme: Theme): void {
  if (theme === "auto") delete document.documentElement.dataset["theme"];
  else document.documentElement.dataset["theme"] = theme;
}

export function useTheme(): [Theme, (theme: Theme) => void] {
  const [theme, setTheme] = useState<Theme>(storedTheme);
  useEffect(() => applyTheme(theme), [theme]);
  const choose = useCallback((next: Theme) => {
    writePreference("theme", next);
    setTheme(next);
  }, []);
  return [theme, choose];
}
