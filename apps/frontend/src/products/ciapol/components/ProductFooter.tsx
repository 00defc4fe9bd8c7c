import { Link } from "../../../components/Link";
import { METHOD_HREF } from "../routes";
import { useI18n } from "../texts";

/** The method of the index, in the footer. */
export function ProductFooter() {
  const { t } = useI18n();
  return (
    <p>
      {t("footer.source")} <Link href={METHOD_HREF}>{t("method.nav")}</Link>
    </p>
  );
}
