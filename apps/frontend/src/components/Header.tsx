import { useI18n } from "../i18n/context";
import { LANGUAGES } from "../i18n/translate";
import { Choice } from "./Choice";
import { Freshness } from "./Freshness";
import { Icon } from "./Icon";
import { Link } from "./Link";

const LANGUAGE_NAMES = { fr: "Français", en: "English" } as const;

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
