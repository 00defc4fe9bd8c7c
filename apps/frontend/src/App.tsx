import { useEffect, useRef } from "react";
import { AlarmBanner } from "./components/AlarmBanner";
import { Footer } from "./components/Footer";
import { Header } from "./components/Header";
import { PlatformProvider } from "./data/platform";
import { I18nProvider, useI18n } from "./i18n/context";
import { NotFound } from "./pages/NotFound";
import { Overview } from "./pages/Overview";
import { PipelinePage } from "./pages/PipelinePage";
import { StationPage } from "./pages/StationPage";
import { type Route, useRoute } from "./routes";

function Page({ route }: { route: Route }) {
  switch (route.page) {
    case "overview":
      return <Overview />;
    case "station":
      return <StationPage key={route.stationId} {...route} />;
    case "pipeline":
      return <PipelinePage />;
    case "not-found":
      return <NotFound />;
  }
}

function Shell() {
  const { t } = useI18n();
  const route = useRoute();
  const main = useRef<HTMLElement>(null);
  const place = route.page === "station" ? `station ${route.stationId}` : route.page;
  const shown = useRef(place);

  useEffect(() => {
    if (shown.current === place) return;
    shown.current = place;
    // A new page starts at its top, for the eye and for a screen reader; a changed chart does not move anybody.
    window.scrollTo(0, 0);
    main.current?.focus({ preventScroll: true });
  }, [place]);

  return (
    <>
      <a className="skip-link" href="#content">
        {t("app.skip")}
      </a>
      <Header />
      <AlarmBanner />
      <main id="content" ref={main} tabIndex={-1} data-page={route.page}>
        <Page route={route} />
      </main>
      <Footer />
    </>
  );
}

export function App() {
  return (
    <I18nProvider>
      <PlatformProvider>
        <Shell />
      </PlatformProvider>
    </I18nProvider>
  );
}
