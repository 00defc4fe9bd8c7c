import { Choice } from "../components/Choice";
import { Freshness } from "../components/Freshness";
import { Icon } from "../components/Icon";
import { Link } from "../components/Link";
import { useI18n } from "../i18n/texts";
import { LANGUAGES } from "../i18n/translate";
import { type Product, productHref } from "../lib/product";
import { useSite } from "../lib/site";
import { usePlatform } from "../lib/status/platform";
import { useModules } from "./modules";
import { PIPELINE_HREF, type Place } from "./place";

const LANGUAGE_NAMES = { fr: "Français", en: "English" } as const;

function navigationOf(product: Product): NonNullable<Product["navigation"]> {
  return product.navigation ?? [{ label: product.title, path: "/" }];
}

/** Links to the pages that no other page links to. A text marks the pipeline if it needs attention. */
function Navigation({ place }: { place: Place }) {
  const { t, text } = useI18n();
  const { product } = useSite();
  const { shown } = useModules();
  const { status } = usePlatform();
  const pipeline = status.data?.pipeline.status ?? "unknown";
  const attention = pipeline !== "ok" && pipeline !== "unknown";
  const current = place.kind === "page" ? place.page.path : null;
  // The links move when the products are known, so a click on an earlier link could reach another one.
  if (shown === null && status.error === null) {
    return <nav className="site-nav" aria-label={t("nav.title")} />;
  }
  return (
    <nav className="site-nav" aria-label={t("nav.title")}>
      {(shown?.length ?? 0) > 1 && (
        <Link href="/" aria-current={place.kind === "home" ? "page" : undefined}>
          {t("nav.products")}
        </Link>
      )}
      {product !== null &&
        navigationOf(product).map(({ label, path }) => (
          <Link
            key={path}
            href={productHref(product.name, path)}
            aria-current={path === current ? "page" : undefined}
          >
            {text(label)}
          </Link>
        ))}
      <Link
        href={PIPELINE_HREF}
        aria-current={place.kind === "pipeline" ? "page" : undefined}
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

export function Header({ place }: { place: Place }) {
  const { t, text, language, setLanguage } = useI18n();
  const { product } = useSite();
  return (
    <header className="site-header">
      <Link className="brand" href={product === null ? "/" : productHref(product.name)}>
        <span className="brand-mark">
          {product?.icon === undefined ? <Icon name="flow" /> : <Icon path={product.icon} />}
        </span>
        <span className="brand-words">
          <strong>{product === null ? t("app.title") : text(product.title)}</strong>
          {product?.subtitle !== undefined && <span>{text(product.subtitle)}</span>}
        </span>
      </Link>
      <Navigation place={place} />
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
