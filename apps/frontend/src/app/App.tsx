import { Fragment, useEffect, useLayoutEffect, useMemo, useRef, useState } from "react";
import { PipelinePage } from "../features/pipeline/PipelinePage";
import { LanguageProvider } from "../i18n/language";
import { useI18n } from "../i18n/texts";
import type { Product } from "../lib/product";
import { navigate, useAddress } from "../lib/router";
import { type Site, SiteContext } from "../lib/site";
import { assess, showsLastKnown } from "../lib/status/alarm";
import { PlatformProvider, usePlatform } from "../lib/status/platform";
import type { Polled } from "../lib/usePolling";
import { AlarmBanner } from "./AlarmBanner";
import { Footer } from "./Footer";
import { Header } from "./Header";
import { Home } from "./Home";
import { ModulesContext, useModules, useWorkflowName } from "./modules";
import { NotFound } from "./NotFound";
import { PipelinePanels } from "./PipelinePanels";
import { type Place, placeOf } from "./place";

function Page({ place, search }: { place: Place; search: string }) {
  const workflowName = useWorkflowName();
  const { shown } = useModules();
  const query = useMemo(() => new URLSearchParams(search), [search]);
  switch (place.kind) {
    case "home":
      return <Home />;
    case "pipeline":
      return (
        <PipelinePage workflowName={workflowName} products={shown}>
          <PipelinePanels />
        </PipelinePage>
      );
    case "page": {
      const { component: Component } = place.page;
      return (
        <Component key={JSON.stringify(place.parameters)} parameters={place.parameters} search={query} />
      );
    }
    case "redirect":
    case "waiting":
      return null;
    case "not-found":
      return <NotFound />;
  }
}

function pageName(place: Place): string {
  return place.kind === "page" ? place.page.name : place.kind;
}

/** What the header, the banner and the footer need to know about the product's main request. */
type Reported = Pick<Polled<unknown>, "error" | "receivedAt">;

const NO_REQUEST: Polled<unknown> = { data: null, receivedAt: null, error: null };
const useNoRequest = (): Polled<unknown> => NO_REQUEST;

/** Reports the product's main request to the shell, from below the product's provider. */
function MainRequest({ product, onChange }: { product: Product; onChange: (request: Reported) => void }) {
  // The provider's key is the product, so a mounted component always calls the same hook.
  const useMainRequest = product.useMainRequest ?? useNoRequest;
  const { error, receivedAt } = useMainRequest();
  useLayoutEffect(() => {
    onChange({ error, receivedAt });
    return () => onChange(NO_REQUEST);
  }, [onChange, error, receivedAt]);
  return null;
}

function Shell({ modules }: { modules: readonly Product[] }) {
  const { t, text } = useI18n();
  const { status, ageOf } = usePlatform();
  const address = useAddress();
  const names = status.data === null ? null : Object.keys(status.data.products).sort().join(" ");
  const shown = useMemo(() => (names === null ? null : names.split(" ").filter(Boolean)), [names]);
  const place = useMemo(() => placeOf(address, modules, shown), [address, modules, shown]);
  const redirect = place.kind === "redirect" ? place.to : null;
  useEffect(() => {
    if (redirect !== null) navigate(redirect, { replace: true });
  }, [redirect]);

  const only = shown?.length === 1 ? modules.find(({ name }) => name === shown[0]) : undefined;
  const product = place.kind === "page" ? place.product : (only ?? null);
  const Provider = product?.Provider ?? Fragment;

  const main = useRef<HTMLElement>(null);
  const where = place.kind === "page" ? address.path : place.kind;
  const before = useRef(where);
  useEffect(() => {
    if (before.current === where) return;
    before.current = where;
    // A new page starts at its top, also for a screen reader. A changed query does not scroll.
    window.scrollTo(0, 0);
    main.current?.focus({ preventScroll: true });
  }, [where]);

  const [{ error, receivedAt }, setRequest] = useState<Reported>(NO_REQUEST);
  const alarm = assess(status, product?.name ?? null, error, ageOf);
  const name =
    product === null
      ? t("app.title")
      : [text(product.title), ...(product.subtitle ? [text(product.subtitle)] : [])].join(" ");
  const site: Site = { product, name, alarm, lastKnown: showsLastKnown(alarm), receivedAt };

  const known = useMemo(() => ({ modules, shown }), [modules, shown]);
  return (
    <ModulesContext.Provider value={known}>
      <SiteContext.Provider value={site}>
        <a className="skip-link" href="#content">
          {t("app.skip")}
        </a>
        {/* Outside the provider, which is mounted again when the products are known: clicks and the focus stay. */}
        <Header place={place} />
        <AlarmBanner onPipeline={place.kind === "pipeline"} />
        <Provider key={product?.name ?? ""}>
          {product !== null && <MainRequest product={product} onChange={setRequest} />}
          <main id="content" ref={main} tabIndex={-1} data-page={pageName(place)}>
            <Page place={place} search={address.search} />
          </main>
        </Provider>
        <Footer />
      </SiteContext.Provider>
    </ModulesContext.Provider>
  );
}

/** The shell with the parts that products contribute. */
export function App({ modules }: { modules: readonly Product[] }) {
  return (
    <LanguageProvider>
      <PlatformProvider>
        <Shell modules={modules} />
      </PlatformProvider>
    </LanguageProvider>
  );
}
