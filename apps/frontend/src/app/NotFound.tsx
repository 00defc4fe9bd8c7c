import { Link } from "../components/Link";
import { useI18n } from "../i18n/texts";
import { useTitle } from "../lib/useTitle";

export function NotFound() {
  const { t } = useI18n();
  useTitle(t("not_found.title"));
  return (
    <div className="empty" data-testid="not-found">
      <h1>{t("not_found.title")}</h1>
      <p>{t("not_found.detail")}</p>
      <p>
        <Link href="/">{t("not_found.back")}</Link>
      </p>
    </div>
  );
}
