import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { App } from "./App";
import { applyTheme, storedTheme } from "./theme";
import "./styles/base.css";
import "./styles/layout.css";
import "./styles/aqi.css";
import "./styles/overview.css";
import "./styles/station.css";
import "./styles/forecast.css";
import "./styles/pipeline.css";

applyTheme(storedTheme());
const root = document.getElementById("root");
if (root === null) throw new Error("index.html has no #root");
createRoot(root).render(
  <StrictMode>
    <App />
  </StrictMode>,
);
