import { cleanup, render, screen, waitFor, within } from "@testing-library/react";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { LanguageProvider } from "../../i18n/language";
import { SiteContext } from "../../lib/site";
import { PlatformProvider } from "../../lib/status/platform";
import { FakeServer, problem } from "../../testing/fakeServer";
import { alert, job, monitored, pipeline, status, step } from "../../testing/fixtures";
import { PipelinePage } from "./PipelinePage";

let server: FakeServer;

const MONITORING = "/api/platform/v1/pipeline/monitoring";
const NAMES: Record<string, string> = { "sample sum_hourly": "Sum of each hour" };
const SITE = { product: null, name: "Test", alarm: null, lastKnown: false, receivedAt: null };

function show(products: readonly string[] | null = ["sample"]): void {
  render(
    <LanguageProvider>
      <PlatformProvider>
        <SiteContext.Provider value={SITE}>
          <PipelinePage
            products={products}
            workflowName={(product, workflow) => NAMES[`${product} ${workflow}`] ?? workflow}
          />
        </SiteContext.Provider>
      </PlatformProvider>
    </LanguageProvider>,
  );
}

function found(selector: string): Promise<HTMLElement> {
  return waitFor(() => {
    const element = document.querySelector<HTMLElement>(selector);
    if (element === null) throw new Error(`no ${selector}`);
    return element;
  });
}

const FAILED = step({
  workflow: "grow_hourly",
  task: "grow",
  state: "failed",
  late: true,
  last_succeeded_at: null,
  last_failed_at: "2026-01-31T12:07:00Z",
  last_error: "StarRocks does not respond",
});
const GIVEN_UP = job({ state: "given_up", failures: 3, reason: "no such topic" });

beforeEach(() => {
  window.localStorage.clear();
  server = new FakeServer({
    "/api/status": status(),
    "/api/platform/v1/pipeline": pipeline(),
    [MONITORING]: monitored(),
  });
});

afterEach(cleanup);

describe("pipeline page", () => {
  it("shows when each step last succeeded, with its name for readers", async () => {
    show();
    const card = within(await found('[data-step="sum_hourly/sum"]'));
    expect(card.getByText("Sum of each hour")).toBeTruthy();
    expect(card.getByText("Réussie")).toBeTruthy();
    expect(card.getByText(/, durée\s: 21\ss/)).toBeTruthy();
    expect(screen.getByTestId("pipeline-summary").textContent).toContain("Tout fonctionne.");
    expect(within(await found('[data-job="ingest"]')).getByText("En marche")).toBeTruthy();
  });

  it("shows failures and their causes in words, the most severe first", async () => {
    server.answers["/api/platform/v1/pipeline"] = pipeline([step(), FAILED], [GIVEN_UP]);
    show();
    const card = await found('[data-step="grow_hourly/grow"]');
    expect(document.querySelector("[data-step]")).toBe(card);
    expect(card.textContent).toContain("En échec");
    expect(card.textContent).toContain("en retard");
    expect(card.textContent).toContain("Dernier succèsjamais");
    expect(card.textContent).toContain("StarRocks does not respond");
    const given = await found('[data-job="ingest"]');
    expect(given.textContent).toContain("Abandonné");
    expect(given.textContent).toContain("no such topic");
    expect(screen.getByTestId("pipeline-summary").textContent).toContain(
      "1 flux d’ingestion arrêté. 1 étape en retard. 1 étape en échec.",
    );
  });

  it("shows a step that retries with the cause, and not as failing", async () => {
    const retrying = step({ state: "retrying", ended_at: null, last_error: "Zeta does not respond" });
    server.answers["/api/platform/v1/pipeline"] = pipeline([retrying], []);
    show();
    const card = await found("[data-step]");
    expect(card.textContent).toContain("Nouvel essai prévu");
    expect(card.textContent).toContain("Cause du dernier échec");
    expect(card.textContent).toContain("Zeta does not respond");
    expect(screen.getByTestId("pipeline-summary").textContent).toContain("Tout fonctionne.");
  });

  it("shows unknown workflows and states by their own names", async () => {
    server.answers["/api/platform/v1/pipeline"] = pipeline(
      [step({ workflow: "toString", state: "resting" })],
      [job({ state: "constructor" })],
    );
    show();
    const card = await found("[data-step]");
    expect(card.textContent).toContain("toString");
    expect(card.textContent).toContain("resting");
    expect((await found("[data-job]")).textContent).toContain("constructor");
  });

  it("says that a job is no longer monitored", async () => {
    server.answers["/api/platform/v1/pipeline"] = pipeline([], [job({ checked_at: "2026-01-31T12:00:00Z" })]);
    show();
    expect((await found("[data-job]")).textContent).toContain("sans surveillance");
    expect(await screen.findByTestId("no-steps")).toBeTruthy();
  });

  it("names the product of each job and step if there are several", async () => {
    show(["sample", "other"]);
    expect((await found("[data-job]")).textContent).toContain("ingest sample");
    expect((await found("[data-step]")).textContent).toContain("sample · sum_hourly · sum");
  });

  it("shows the next step if the stack has no product", async () => {
    show([]);
    expect((await screen.findByTestId("no-products")).textContent).toContain("kappastack:products");
  });

  it("shows the server's reason if the state could not be read", async () => {
    server.answers["/api/platform/v1/pipeline"] = problem(503, "Service Unavailable", "Unknown table.");
    show();
    expect((await screen.findByTestId("unavailable")).textContent).toContain("Unknown table.");
  });

  it("shows rates, backlogs, rejected shares and the services' resource use", async () => {
    show();
    const topic = await screen.findByTestId("flow-topic");
    expect(topic.textContent?.replaceAll(/\s/g, " ")).toBe("sample/events/readings12,51 2343 min");
    expect((await screen.findByTestId("flow-job")).textContent).toContain("En marche");
    const section = (await screen.findByTestId("pipeline-flow")).textContent?.replaceAll(/\s/g, " ");
    expect(section).toContain("Rejets du dernier quart d’heure (sample)7 %");
    expect(section).toContain("Processeur25 %Mémoire50 %Disque le plus rempli–");
    expect(screen.getByTestId("flow-service").textContent).toBe("pulsarNe répond pas5000,13");
    expect(screen.getByTestId("pipeline-alerts").textContent).toContain("Aucune alerte.");
  });

  it("shows alerts in the reader's language with what to do", async () => {
    server.answers[MONITORING] = monitored({
      alerts: [alert(), alert({ name: "Slow", severity: "warning" })],
    });
    show();
    const card = await found('[data-alert="ServiceDown"]');
    expect(card.textContent).toContain("pulsar ne répond pas");
    expect(card.textContent).toContain("Critique");
    expect(card.textContent).toContain("docs/runbook.md#a-service-is-down");
    expect((await found('[data-alert="Slow"]')).textContent).toContain("Avertissement");
  });

  it("shows each finding of a workflow as an alert of its own", async () => {
    const name = "WorkflowFinding";
    const findings = ["A", "B"].map((subject) =>
      alert({ name, summary: `${subject}: finding`, summary_fr: `anomalie de ${subject}` }),
    );
    server.answers[MONITORING] = monitored({ alerts: findings });
    show();
    await found(`[data-alert="${name}"]`);
    const cards = within(screen.getByTestId("pipeline-alerts")).getAllByRole("heading", { level: 3 });
    expect(cards.map((card) => card.textContent)).toEqual(["anomalie de A", "anomalie de B"]);
  });

  it("shows why the monitoring is unavailable, and the rest of the page", async () => {
    server.answers[MONITORING] = monitored({ error: "Prometheus does not respond: refused", flow: null });
    show();
    expect((await screen.findByTestId("monitoring-unavailable")).textContent).toContain(
      "Prometheus does not",
    );
    expect(await found("[data-job]")).toBeTruthy();
    cleanup();
    server.answers[MONITORING] = monitored({ enabled: false, flow: null });
    show();
    expect((await screen.findByTestId("monitoring-off")).textContent).toContain("désactivée");
    cleanup();
    server.answers[MONITORING] = problem(502, "Bad Gateway", "The API is away.");
    show();
    expect((await screen.findByTestId("monitoring-unavailable")).textContent).toContain("The API is away.");
  });
});
