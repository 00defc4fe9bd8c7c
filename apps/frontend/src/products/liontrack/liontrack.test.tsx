import { cleanup, render, screen, waitFor, within } from "@testing-library/react";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { App } from "../../app/App";
import { FakeServer } from "../../testing/fakeServer";
import { pipeline, productStatus, status } from "../../testing/fixtures";
import liontrack from ".";
import { dashboard, lion, lionDetail } from "./testing/fixtures";

const API = "/api/liontrack/analytics";
let server: FakeServer;

function open(path: string): void {
  window.history.replaceState(null, "", path);
  render(<App modules={[liontrack]} />);
}

beforeEach(() => {
  window.localStorage.clear();
  server = new FakeServer({
    "/api/status": status({ products: { liontrack: productStatus() } }),
    "/api/platform/v1/pipeline": pipeline(),
    [`${API}/lions`]: {
      count: 2,
      lions: [lion(), lion({ lion_id: "nala", name: "Nala", status: "lost", position_lat: null })],
      next_cursor: null,
    },
    [`${API}/dashboard`]: dashboard(),
    [`${API}/leaderboard/lions`]: {
      items: [{ rank: 1, lion_id: "simba_001", name: "Simba", health_score: 85.2 }],
    },
    [`${API}/reports/latest`]: {
      report_date: "2026-01-31",
      markdown: "# Rapport\n\n## Santé\n\n| Lion | Score |\n|---|---|\n| Nala | 48,0 |\n",
    },
    [`${API}/lions/simba_001`]: lionDetail(),
    [`${API}/lions/simba_001/weight-trend`]: { weights: [], days: [] },
    [`${API}/lions/simba_001/track`]: {
      items: [
        { measured_at: "2026-01-31T12:00:00Z", position_lat: -3.36, position_lng: 29.8 },
        { measured_at: "2026-01-31T08:00:00Z", position_lat: -3.37, position_lng: 29.81 },
      ],
      next_cursor: null,
    },
  });
});

afterEach(cleanup);

describe("overview", () => {
  it("lists lions with status in words, and draws those with a position", async () => {
    open("/liontrack");
    const row = await waitFor(() => {
      const found = document.querySelector<HTMLElement>('[data-lion="nala"]')?.closest("tr");
      if (found === null || found === undefined) throw new Error("no row");
      return found;
    });
    expect(within(row).getByText("perdu")).toBeTruthy();
    expect(screen.getByText("2 lions suivis")).toBeTruthy();
    expect((await screen.findByTestId("map")).getAttribute("data-points")).toBe("1");
    expect(document.documentElement.lang).toBe("fr");
  });

  it("shows health, anomalies, leaders, quality and the report", async () => {
    open("/liontrack");
    expect(await screen.findByText("95,2")).toBeTruthy();
    expect(screen.getByText("Awa")).toBeTruthy();
    expect(screen.getByText("66,6")).toBeTruthy();
    const report = within(await screen.findByTestId("report"));
    expect(report.getByText("48,0")).toBeTruthy();
    expect(screen.queryByTestId("demonstration-banner")).toBeNull();
  });

  it("marks demonstration data", async () => {
    server.answers[`${API}/dashboard`] = dashboard({ demonstration: true });
    open("/liontrack");
    expect((await screen.findByTestId("demonstration-banner")).textContent).toContain(
      "poids et utilisateurs générés",
    );
  });
});

describe("a lion's page", () => {
  it("shows its key values and its track", async () => {
    open("/liontrack/lions/simba_001");
    expect(await screen.findByText("-0,1234")).toBeTruthy();
    expect((await screen.findByTestId("map")).getAttribute("data-points")).toBe("3");
    expect(await screen.findByText("Aucune pesée au cours des 90 derniers jours")).toBeTruthy();
  });

  it("shows the id of a lion that does not exist", async () => {
    open("/liontrack/lions/scar");
    expect((await screen.findByTestId("unknown-lion")).textContent).toContain("scar");
  });
});
