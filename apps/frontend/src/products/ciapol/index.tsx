import type { Product } from "../../lib/product";
import "./styles/aqi.css";
import "./styles/overview.css";
import "./styles/station.css";
import "./styles/forecast.css";
import "./styles/quality.css";
import "./styles/method.css";
import { CurrentProvider, useCurrent } from "./api/current";
import { ProductFooter } from "./components/ProductFooter";
import { MethodPage } from "./pages/MethodPage";
import { Overview } from "./pages/Overview";
import { StationPage } from "./pages/StationPage";
import { DataPanels } from "./quality/DataPanels";

const product: Product = {
  name: "ciapol",
  title: { fr: "Qualité de l’air", en: "Air quality" },
  subtitle: { fr: "CIAPOL", en: "CIAPOL" },
  icon: "M3 9.2h9.6a2.9 2.9 0 1 0-2.7-3.9M3 13.2h14.6a2.8 2.8 0 1 1-2.6 3.7M3 17.2h6.4",
  pages: [
    { name: "overview", path: "/", component: Overview },
    { name: "method", path: "/method", component: MethodPage },
    { name: "station", path: "/stations/:station", component: StationPage },
  ],
  navigation: [
    { label: { fr: "Vue d’ensemble", en: "Overview" }, path: "/" },
    { label: { fr: "Méthode", en: "Method" }, path: "/method" },
  ],
  redirects: [{ from: "/stations/:station", to: "/stations/:station" }],
  Provider: CurrentProvider,
  useMainRequest: useCurrent,
  words: {
    "freshness.last": { fr: "Dernière mesure {ago}", en: "Last measurement {ago}" },
    "freshness.none": { fr: "Aucune mesure", en: "No measurement" },
    "notice.stale": {
      fr: "Données anciennes : dernière mesure {ago}",
      en: "Old data: last measurement {ago}",
    },
    "notice.stale.detail": {
      fr: "Les valeurs affichées ne reflètent pas la qualité actuelle de l’air. Vérifiez les stations et l’ingestion.",
      en: "The values shown do not reflect the current air quality. Check the stations and the ingestion.",
    },
    "notice.job_stopped.detail": {
      fr: "Plus aucune mesure n’est ingérée tant que la cause n’est pas corrigée. Les messages des stations attendent dans Pulsar.",
      en: "No new measurements are ingested until the cause is fixed. The stations’ messages wait in Pulsar.",
    },
  },
  workflows: {
    aqi_hourly: { fr: "Indice horaire", en: "Hourly index" },
    predict_hourly: { fr: "Prévision horaire", en: "Hourly forecast" },
    quality_hourly: { fr: "Contrôle horaire de la qualité", en: "Hourly quality check" },
    archive_monthly: { fr: "Archivage mensuel", en: "Monthly archive" },
  },
  PipelinePanel: DataPanels,
  Footer: ProductFooter,
};

export default product;
