import { useI18n } from "../texts";

/** The method of the index, in the footer. */
export function ProductFooter() {
  const { t } = useI18n();
  return <p>{t("footer.source")}</p>;
}
