import { cleanup, render, screen, waitFor, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { App } from "../../app/App";
import { FakeServer, problem } from "../../testing/fakeServer";
import * as shell from "../../testing/fixtures";
import ciapol from ".";
import { aqiHours, current, measurements, predictions, quality, station, status } from "./testing/fixtures";

let server: FakeServer;

function open(path: string): void {
  window.history.replaceState(null, "", path);
  render(<App modules={[ciapol]} />);
}

function found(selector: string): Promise<HTMLElement> {
  return waitFor(() => {
    const element = document.querySelector<HTMLElement>(selector);
    if (element === null) throw new Error(`no ${selector}`);
    return element;
  });
}

const { job, pipeline } = shell;
const step = (changes: Parameters<typeof shell.step>[0] = {}) =>
  shell.step({ product: "ciapol", workflow: "aqi_hourly", task: "aqi", ...changes });

const FAILED = step({
  workflow: "predict_hourly",
  task: "predict",
  state: "failed",
  late: true,
  last_succeeded_at: null,
  last_failed_at: "2026-01-31T12:07:00Z",
  last_error: "StarRocks does not respond",
});
const GIVEN_UP = job({ product: "ciapol", state: "given_up", failures: 3, reason: "no such topic" });

beforeEach(() => {
  window.localStorage.clear();
  server = new FakeServer({
    "/api/status": status(),
    "/api/ciapol/v1/aqi/current": current(),
    "/api/ciapol/v1/rejected": { items: [], next_cursor: null },
    "/api/platform/v1/pipeline": pipeline([step()]),
    "/api/ciapol/v1/quality": { items: [quality()], next_cursor: null },
    "/api/ciapol/v1/stations/ABJ-001": { ...station(), latest: null },
    "/api/ciapol/v1/stations/ABJ-001/measurements": () => ({ items: measurements(72), next_cursor: null }),
    "/api/ciapol/v1/stations/ABJ-001/aqi": () => ({ items: aqiHours(72), next_cursor: null }),
    "/api/ciapol/v1/stations/ABJ-001/predictions": () => predictions(),
  });
});

afterEach(cleanup);

describe("pipeline page", () => {
  it("reports that everything works, and when each step last succeeded", async () => {
    open("/pipeline");
    const card = within(await found('[data-step="aqi_hourly/aqi"]'));
    expect(card.getByText("Réussie")).toBeTruthy();
    expect(card.getByText("Indice horaire")).toBeTruthy();
    expect(card.getByText(/, durée\s: 21\ss/)).toBeTruthy();
    expect(screen.getByTestId("pipeline-summary").textContent).toContain("Tout fonctionne.");
    expect(within(await found('[data-job="ingest"]')).getByText("En marche")).toBeTruthy();
    expect(document.title).toContain("Pipeline de données");
  });

  it("shows each station's quality, stuck sensors by name, with a link", async () => {
    const stuck = quality({
      completeness: 0.5,
      measurements: 30,
      stuck_sensors: ["pm25", "radon"],
      freshness_seconds: 600,
    });
    server.answers["/api/ciapol/v1/quality"] = { items: [stuck], next_cursor: null };
    open("/pipeline");
    const card = await found('[data-quality="ABJ-001"]');
    expect(card.dataset["state"]).toBe("poor");
    expect(card.textContent).toMatch(/50\s% des mesures attendues \(30 sur 60\)/);
    expect(card.textContent).toContain("PM2,5, radon");
    expect(card.textContent).toMatch(/10\smin avant la fin de l’heure/);
    await userEvent.click(within(card).getByRole("link", { name: "Plateau" }));
    expect(window.location.pathname).toBe("/ciapol/stations/ABJ-001");
  });

  it("says that the state could not be read, with an older schema", async () => {
    server.answers["/api/platform/v1/pipeline"] = problem(
      503,
      "StarRocks refused the query",
      "The schema is older.",
    );
    server.answers["/api/ciapol/v1/quality"] = problem(
      503,
      "StarRocks refused the query",
      "The schema is older.",
    );
    open("/pipeline");
    expect((await screen.findByTestId("unavailable")).textContent).toContain("The schema is older.");
    await waitFor(() => expect(screen.getByTestId("quality").textContent).toContain("n’a pas pu être lue"));
  });

  it("is linked from every page, with a mark in words if it needs attention", async () => {
    server.answers["/api/status"] = status({
      pipeline: { status: "failing", error: null, steps: [], jobs: [] },
    });
    open("/");
    const link = await screen.findByRole("link", { name: "Pipeline (à vérifier)" });
    expect(screen.queryByTestId("alarm")).toBeNull();
    await userEvent.click(link);
    expect(window.location.pathname).toBe("/pipeline");
    expect(screen.getByTestId("nav-pipeline").getAttribute("aria-current")).toBe("page");
  });
});

describe("the banner", () => {
  it("reports a job that was given up, while the data stay visible", async () => {
    server.answers["/api/status"] = status({
      pipeline: { status: "given_up", error: null, steps: [], jobs: [GIVEN_UP] },
    });
    open("/");
    const alarm = await screen.findByTestId("alarm");
    expect(alarm.dataset["alarm"]).toBe("job_stopped");
    expect(alarm.textContent).toMatch(/Ingestion arrêtée\s: ingest/);
    expect(screen.getByTestId("freshness").dataset["freshness"]).toBe("fresh");
    expect((await screen.findByTestId("ranking")).dataset["lastKnown"]).toBe("false");
    await userEvent.click(within(alarm).getByRole("link", { name: "Voir la page Pipeline" }));
    expect(window.location.pathname).toBe("/pipeline");
    expect(within(screen.getByTestId("alarm")).queryByRole("link")).toBeNull();
  });

  it("names the steps that are late", async () => {
    server.answers["/api/status"] = status({
      pipeline: { status: "late", error: null, steps: [FAILED], jobs: [] },
    });
    open("/");
    const alarm = await screen.findByTestId("alarm");
    expect(alarm.dataset["alarm"]).toBe("step_late");
    expect(alarm.textContent).toMatch(/Traitement en retard\s: Prévision horaire/);
  });
});

describe("forecast of a station", () => {
  const chart = (name: string): Promise<HTMLElement> =>
    found(`[data-chart="${name}"][data-chart-forecast="24"]`);

  it("continues both charts and is distinct from the measurements", async () => {
    open("/ciapol/stations/ABJ-001");
    const means = await chart("means");
    expect(means.dataset).toMatchObject({ chartPoints: "72", chartHours: "72" });
    expect(means.querySelector(".forecast-range .recharts-area-area")).toBeTruthy();
    expect(means.querySelector(".forecast-line path")).toBeTruthy();
    expect(means.querySelectorAll(".recharts-area-curve")).toHaveLength(1);
    expect(means.textContent).toMatch(/Prévision sur 24 h\s: de 101 à 124 µg\/m³/);
    for (const words of ["Mesures", "Intervalle probable"])
      expect(within(means).getByText(words)).toBeTruthy();
    const index = await chart("aqi");
    expect(index.textContent).toContain("124 au maximum (Mauvais pour les personnes sensibles)");
    expect(index.textContent).toContain("modèle trees-1");
    expect(index.querySelector(".forecast-dot")?.getAttribute("fill")).toBe("#FF7E00");
  });

  it("is in the table, marked", async () => {
    open("/ciapol/stations/ABJ-001");
    const means = await chart("means");
    await userEvent.click(within(means).getByText("Afficher les valeurs dans un tableau"));
    const rows = await within(means).findAllByRole("row");
    expect(rows).toHaveLength(1 + 24 + 72);
    expect(rows[1]?.textContent).toContain("prévision124 (104 à 144)");
    expect(rows[25]?.textContent).not.toContain("prévision");
  });

  it("is described in words with its peak, its model and when it was made", async () => {
    open("/ciapol/stations/ABJ-001");
    const panel = await found('[data-testid="forecast"][data-forecast-hours="24"]');
    expect(panel.textContent).toContain("IQA124");
    expect(panel.textContent).toContain("probablement entre 104 et 144");
    expect(panel.textContent).toContain("101 à 124");
    expect(panel.textContent).toContain("modèle trees-1");
    expect(screen.queryByTestId("forecast-fallback")).toBeNull();
  });

  it("is marked if it comes from a simple rule, and if it is old", async () => {
    const simple = predictions(24, {
      fallback: true,
      made_at: new Date(Date.now() - 5 * 3_600_000).toISOString(),
    });
    for (const { quantities } of simple.items)
      for (const value of Object.values(quantities)) value.fallback = true;
    server.answers["/api/ciapol/v1/stations/ABJ-001/predictions"] = simple;
    open("/ciapol/stations/ABJ-001");
    const panel = within(await found('[data-testid="forecast"][data-forecast-hours="24"]'));
    expect(panel.getByTestId("forecast-fallback").textContent).toMatch(
      /prévision simplifiée\s: historique trop court/,
    );
    expect(panel.getByTestId("forecast-old").textContent).toBe("prévision ancienne");
    expect(within(await chart("means")).getByTestId("forecast-fallback")).toBeTruthy();
  });

  it("may be missing", async () => {
    server.answers["/api/ciapol/v1/stations/ABJ-001/predictions"] = predictions(0, {
      made_at: null,
      model: null,
      fallback: null,
    });
    open("/ciapol/stations/ABJ-001");
    expect((await screen.findByTestId("forecast")).textContent).toContain("Les 24 prochaines heures");
    await screen.findByText("Pas encore de prévision pour cette station", { exact: false });
    await found('[data-chart="means"][data-chart-forecast="0"][data-chart-points="72"]');
    expect(document.querySelector(".forecast-line")).toBeNull();
  });

  it("that has expired is mentioned but not drawn", async () => {
    const old = predictions(1);
    const [item] = old.items;
    if (item !== undefined) item.target_hour = "2026-01-31T12:00:00Z";
    server.answers["/api/ciapol/v1/stations/ABJ-001/predictions"] = old;
    open("/ciapol/stations/ABJ-001");
    expect(await screen.findByText("La dernière prévision (", { exact: false })).toBeTruthy();
  });
});
