import { usePlatform } from "../data/platform";
import { useI18n } from "../i18n/context";
import { LANGUAGES } from "../i18n/translate";
import { PIPELINE_HREF, useRoute } from "../routes";
import { Choice } from "./Choice";
import { Freshness } from "./Freshness";
import { Icon } from "./Icon";
import { Link } from "./Link";

const LANGUAGE_NAMES = { fr: "Français", en: "English" } as const;

/** The pages that are not reached from another one; the one that needs a look says so. */
function Navigation() {
  const { t } = useI18n();
  const { page } = useRoute();
  const pipeline = usePlatform().status.data?.pipeline.status ?? "unknown";
  const attention = pipeline !== "ok" && pipeline !== "unknown";
  return (
    <nav className="site-nav" aria-label={t("nav.title")}>
      <Link href="/" aria-current={page === "overview" ? "page" : undefined}>
        {t("app.home")}
      </Link>
      <Link
        href={PIPELINE_HREF}
        aria-current={page === "pipeline" ? "page" : undefined}
        data-testid="nav-pipeline"
        data-pipeline={pipeline}
      >
        {t("nav.pipeline")}
        {attention && (
          <>
            <Icon name="warning" />
            <span className="visually-hidden"> ({t("nav.attention")})</span>
          </>
        )}
      </Link>
    </nav>
  );
}

export function Header() {
  const { t, language, setLanguage } = useI18n();
  return (
    <header className="site-header">
      <Link className="brand" href="/">
        <span className="brand-mark">
          <Icon name="wind" />
        </span>
        <span className="brand-words">
          <strong>{t("app.title")}</strong>
          <span title={t("app.owner.long")}>{t("app.owner")}</span>
        </span>
      </Link>
      <Navigation />
      <Freshness />
      <Choice
        legend={t("app.language")}
        mark="language"
        value={language}
        onChange={setLanguage}
        options={LANGUAGES.map((value) => ({
          value,
          label: value.toUpperCase(),
          title: LANGUAGE_NAMES[value],
        }))}
      />
    </header>
  );
}
