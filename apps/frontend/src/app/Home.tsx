import { Empty } from "../components/Empty";
import { Fact } from "../components/Fact";
import { Failure } from "../components/Failure";
import { Link } from "../components/Link";
import { PageHead } from "../components/PageHead";
import { StateMark, type StateWords } from "../components/StateMark";
import { useI18n } from "../i18n/texts";
import { productHref } from "../lib/product";
import { usePlatform } from "../lib/status/platform";
import type { ProductStatus } from "../lib/status/schemas";
import { useModules, useProductTitle } from "./modules";

const LOOKS = {
  ok: { tone: "good", icon: "check" },
  stale: { tone: "warning", icon: "clock" },
  down: { tone: "bad", icon: "cross" },
} as const satisfies Record<ProductStatus["status"], Omit<StateWords, "words">>;

function Card({ name, status }: { name: string; status: ProductStatus }) {
  const { t, text, format } = useI18n();
  const { ageOf } = usePlatform();
  const module = useModules().modules.find((candidate) => candidate.name === name);
  const title = useProductTitle()(name);
  const age = ageOf(name);
  return (
    <li className="card" data-product={name} data-state={status.status}>
      <div className="card-head">
        <h2>
          {module === undefined ? title : <Link href={productHref(name)}>{title}</Link>}
          {module?.subtitle !== undefined && <small>{text(module.subtitle)}</small>}
        </h2>
        <p className="card-states">
          <StateMark words={t(`home.state.${status.status}`)} {...LOOKS[status.status]} />
        </p>
      </div>
      <dl className="facts">
        <Fact name={t("home.data")}>
          {age === null
            ? t(status.reachable && status.data !== null ? "home.data.none" : "home.data.unknown")
            : (format.ago(age) ?? t("freshness.now"))}
        </Fact>
        {status.error !== null && <Fact name={t("home.error")}>{status.error}</Fact>}
      </dl>
      {module === undefined && <p>{t("home.no_page")}</p>}
    </li>
  );
}

/** The products of a stack with several products, with their state. */
export function Home() {
  const { t } = useI18n();
  const { data, error } = usePlatform().status;
  if (data === null) {
    if (error === null) return <p role="status">{t("home.loading")}</p>;
    return (
      <Empty title={t("home.unavailable")} testId="unavailable">
        <Failure error={error} />
      </Empty>
    );
  }
  const products = Object.entries(data.products).sort(([a], [b]) => a.localeCompare(b));
  return (
    <>
      <PageHead title={t("home.title")}>{t("home.lead")}</PageHead>
      <ul className="card-list">
        {products.map(([name, status]) => (
          <Card key={name} name={name} status={status} />
        ))}
      </ul>
    </>
  );
}
