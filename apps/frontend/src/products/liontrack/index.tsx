import type { Product } from "../../lib/product";
import "./styles/lions.css";
import { LionPage } from "./pages/LionPage";
import { Overview } from "./pages/Overview";

const product: Product = {
  name: "liontrack",
  title: { fr: "Lions", en: "Lions" },
  subtitle: { fr: "LionTrack", en: "LionTrack" },
  icon: "M12 20.5c-3.6 0-6-1.9-6-4.4 0-2.6 2.7-5.1 6-5.1s6 2.5 6 5.1c0 2.5-2.4 4.4-6 4.4ZM5.2 11.6a2 2.3 0 1 0 0-.1M9.3 7.2a2 2.5 0 1 0 0-.1M14.7 7.2a2 2.5 0 1 0 0-.1M18.8 11.6a2 2.3 0 1 0 0-.1",
  pages: [
    { name: "lions", path: "/", component: Overview },
    { name: "lion", path: "/lions/:lion", component: LionPage },
  ],
  words: {
    "freshness.last": { fr: "Dernière position {ago}", en: "Last position {ago}" },
    "freshness.none": { fr: "Aucune position", en: "No position" },
    "notice.stale": {
      fr: "Données anciennes : dernière position {ago}",
      en: "Old data: last position {ago}",
    },
    "notice.stale.detail": {
      fr: "Aucun collier n’a envoyé de position récente. Vérifiez les colliers et l’ingestion.",
      en: "No collar has sent a recent position. Check the collars and the ingestion.",
    },
    "notice.job_stopped.detail": {
      fr: "Plus aucun événement n’est ingéré tant que la cause n’est pas corrigée. Les messages attendent dans Pulsar.",
      en: "No new events are ingested until the cause is fixed. The messages wait in Pulsar.",
    },
  },
  workflows: { liontrack_bigdata_pipeline: { fr: "Traitement de la nuit", en: "Nightly pipeline" } },
};

export default product;
