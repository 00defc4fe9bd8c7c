import { useEffect } from "react";
import { useI18n } from "./i18n/context";

/** Names the browser's tab after what the page shows. */
export function useTitle(title: string): void {
  const { t } = useI18n();
  useEffect(() => {
    document.title = `${title} · ${t("app.title")} ${t("app.owner")}`;
  }, [title, t]);
}
