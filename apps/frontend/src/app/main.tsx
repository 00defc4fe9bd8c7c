import "../styles/base.css";
import "../styles/layout.css";
import "../styles/components.css";
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { applyTheme, storedTheme } from "../lib/theme";
import { App } from "./App";
import { products } from "./products";

applyTheme(storedTheme());
const root = document.getElementById("root");
if (root === null) throw new Error("index.html has no #root");
createRoot(root).render(
  <StrictMode>
    <App modules={products} />
  </StrictMode>,
);
