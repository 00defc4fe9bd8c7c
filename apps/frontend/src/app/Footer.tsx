import { Choice } from "../components/Choice";
import { useI18n } from "../i18n/texts";
import { useSite } from "../lib/site";
import { usePlatform } from "../lib/status/platform";
import { THEMES, useTheme } from "../lib/theme";

export function Footer() {
  const { t } = useI18n();
  const [theme, setTheme] = useTheme();
  const { data } = usePlatform().status;
  const ProductFooter = useSite().product?.Footer;
  const version = data?.starrocks.version ?? null;
  return (
    <footer className="site-footer">
      {ProductFooter !== undefined && <ProductFooter />}
      <p>{t("footer.refresh")}</p>
      {version !== null && (
        <p data-testid="database">
          {t(data?.starrocks.emulator ? "footer.emulator" : "footer.starrocks", { version })}
        </p>
      )}
      {data !== null && <p>{t("footer.version", { version: data.frontend.version })}</p>}
      <Choice
        legend={t("app.theme")}
        mark="theme"
        value={theme}
        onChange={setTheme}
        options={THEMES.map((value) => ({
          value,
          label: t(`theme.${value}`),
          title: t(`theme.${value}.long`),
        }))}
      />
    </footer>
  );
}
