import { usePlatform } from "../data/platform";
import { useI18n } from "../i18n/context";

export function Footer() {
  const { t } = useI18n();
  const { data } = usePlatform().status;
  const version = data?.starrocks.version ?? null;
  return (
    <footer className="site-footer">
      <p>{t("footer.source")}</p>
      <p>{t("footer.refresh")}</p>
      {version !== null && (
        <p data-testid="database">
          {t(data?.starrocks.emulator ? "footer.emulator" : "footer.starrocks", { version })}
        </p>
      )}
      {data !== null && <p>{t("footer.version", { version: data.frontend.version })}</p>}
    </footer>
  );
}
