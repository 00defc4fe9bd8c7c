import { useI18n } from "../i18n/texts";
import { useSite } from "../lib/site";
import { doubtsData } from "../lib/status/alarm";
import { usePlatform } from "../lib/status/platform";

/** The age of a product's newest data; `product` defaults to that of the page. */
export function Freshness({ product }: { product?: string }) {
  const { t, text, format } = useI18n();
  const { status, ageOf } = usePlatform();
  const site = useSite();
  const name = product ?? site.product?.name;
  if (name === undefined) return null;
  const reported = status.data?.products[name];
  // A product whose health contains no data.
  if (reported?.reachable === true && reported.data === null) return null;
  const age = ageOf(name);
  const doubted =
    name === site.product?.name ? doubtsData(site.alarm) : reported !== undefined && reported.status !== "ok";
  const state = doubted ? "old" : age === null ? "unknown" : "fresh";
  const own = name === site.product?.name ? site.product.words : undefined;
  const sentence = (key: "freshness.last" | "freshness.none", ago: string): string => {
    const replaced = own?.[key];
    if (replaced !== undefined) return text(replaced, { ago });
    return key === "freshness.last" ? t(key, { ago }) : t(key);
  };
  let words: string;
  if (age !== null) words = sentence("freshness.last", format.ago(age) ?? t("freshness.now"));
  else if (reported !== undefined && reported.status !== "down") words = sentence("freshness.none", "");
  else words = t("freshness.unknown");
  return (
    <p className="freshness" data-testid="freshness" data-freshness={state}>
      <span className="pulse" aria-hidden="true" />
      {words}
    </p>
  );
}
