import { cleanup, render, screen, waitFor, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { App } from "../../app/App";
import { FakeServer, problem } from "../../testing/fakeServer";
import { pipeline, productStatus } from "../../testing/fixtures";
import ciapol from ".";
import { API_DOWN, aqiHours, current, item, measurements, station, status } from "./testing/fixtures";

let server: FakeServer;

function open(path: string): void {
  window.history.replaceState(null, "", path);
  render(<App modules={[ciapol]} />);
}

const card = async (id: string): Promise<HTMLElement> =>
  waitFor(() => {
    const found = document.querySelector<HTMLElement>(`[data-station="${id}"]`);
    if (found === null) throw new Error(`no card of ${id}`);
    return found;
  });

beforeEach(() => {
  window.localStorage.clear();
  server = new FakeServer({
    "/api/status": status(),
    "/api/platform/v1/pipeline": pipeline(),
    "/api/ciapol/v1/quality": { items: [], next_cursor: null },
    "/api/ciapol/v1/aqi/current": current(),
    "/api/ciapol/v1/rejected": { items: [], next_cursor: null },
    "/api/ciapol/v1/stations/ABJ-001": {
      ...station(),
      latest: { measured_at: "2026-01-31T12:00:00Z", pm25: 35.1, temperature: 28.4, humidity: null },
    },
    "/api/ciapol/v1/stations/ABJ-001/measurements": () => ({
      items: measurements(72, [3, 4, 5]),
      next_cursor: null,
    }),
    "/api/ciapol/v1/stations/ABJ-001/aqi": () => ({ items: aqiHours(72), next_cursor: null }),
  });
});

afterEach(cleanup);

describe("overview", () => {
  it("ranks the stations in French, with number, words, colour and readable text", async () => {
    open("/");
    const worst = within(await card("Gucheng"));
    expect(worst.getByText("Dangereux")).toBeTruthy();
    expect(worst.getByText("démonstration")).toBeTruthy();
    expect(worst.getByText("20:00 UTC+8", { exact: false })).toBeTruthy();
    const tile = worst.getByTestId("aqi-tile");
    expect(tile.textContent).toBe("IQA310");
    expect(tile.style.backgroundColor).toBe("#7E0023");
    expect(tile.style.color).toBe("#FFFFFF");
    const ids = [...document.querySelectorAll<HTMLElement>("[data-station]")].map(
      ({ dataset }) => dataset["station"],
    );
    expect(ids).toEqual(["Gucheng", "ABJ-001", "essai-17"]);
    expect(document.documentElement.lang).toBe("fr");
  });

  it("marks an unregistered station and one without an index in words", async () => {
    open("/");
    const unknown = await card("essai-17");
    expect(
      ["data-aqi", "data-category", "data-registered"].map((name) => unknown.getAttribute(name)),
    ).toEqual(["", "", "false"]);
    expect(within(unknown).getByText("non enregistrée")).toBeTruthy();
    expect(within(unknown).getByText("Indice inconnu")).toBeTruthy();
    expect(within(unknown).getByText("aucune mesure")).toBeTruthy();
  });

  it("says where demonstration data come from", async () => {
    open("/");
    await card("Gucheng");
    expect(screen.getByTestId("demonstration-banner").textContent).toContain(
      "Données de démonstration (Pékin)",
    );
  });

  it("has no demonstration banner without demonstration data", async () => {
    server.answers["/api/ciapol/v1/aqi/current"] = current([item()]);
    open("/");
    await card("ABJ-001");
    expect(screen.queryByTestId("demonstration-banner")).toBeNull();
  });

  it("switches to English, sets the document's language and stores the choice", async () => {
    open("/");
    await card("Gucheng");
    await userEvent.click(screen.getByRole("radio", { name: "English" }));
    expect(screen.getByRole("heading", { level: 1 }).textContent).toBe("The air right now");
    expect(document.documentElement.lang).toBe("en");
    cleanup();
    open("/");
    await card("Gucheng");
    expect(screen.getByText("Hazardous", { selector: ".category" })).toBeTruthy();
  });

  it("shows the next step if there are no stations", async () => {
    server.answers["/api/ciapol/v1/aqi/current"] = current([]);
    open("/");
    expect((await screen.findByTestId("no-stations")).textContent).toContain("fichier CSV");
  });

  it("finds a station by name or commune without accents", async () => {
    const many = Array.from({ length: 11 }, (_, n) =>
      item({
        rank: n + 1,
        station: station({ station_id: `S${n}`, name: `Station ${n}`, commune: "Cocody" }),
      }),
    );
    const abobo = item({ rank: 12, station: station({ station_id: "X", name: "Île", commune: "Abobo" }) });
    server.answers["/api/ciapol/v1/aqi/current"] = current([...many, abobo]);
    open("/");
    await card("S0");
    await userEvent.type(screen.getByRole("searchbox"), "ile");
    expect(
      [...document.querySelectorAll<HTMLElement>("[data-station]")].map(({ dataset }) => dataset["station"]),
    ).toEqual(["X"]);
    await userEvent.type(screen.getByRole("searchbox"), "zzz");
    expect(screen.getByText("Aucune station ne correspond", { exact: false })).toBeTruthy();
  });

  it("shows rejected messages with their reason, and their payload as text", async () => {
    const rejected = {
      received_at: "2026-01-31T12:00:00Z",
      message_id: "1:2:3:4",
      station_id: null,
      reject_reason: "not JSON",
      payload: "<b>boum</b>",
    };
    server.answers["/api/ciapol/v1/rejected"] = { items: [rejected], next_cursor: "more" };
    open("/pipeline");
    await screen.findByText("not JSON");
    const panel = screen.getByTestId("rejected");
    expect(panel.dataset["rejectedCount"]).toBe("1");
    expect(panel.textContent).toContain("Plus de 1 messages rejetés");
    expect(within(panel).getByText("<b>boum</b>")).toBeTruthy();
  });
});

describe("alarms", () => {
  const alarm = async (): Promise<HTMLElement> => screen.findByTestId("alarm");

  it("shows the age of fresh data without an alarm", async () => {
    open("/");
    await card("Gucheng");
    expect(screen.getByTestId("freshness").textContent).toMatch(/Dernière mesure il y a 3\smin/);
    expect(screen.queryByTestId("alarm")).toBeNull();
  });

  it("shows an alarm for old data", async () => {
    server.answers["/api/status"] = status({
      products: { ciapol: productStatus({ status: "stale", data: { age_seconds: 7_300, fresh: false } }) },
    });
    open("/");
    expect((await alarm()).dataset["alarm"]).toBe("stale");
    expect(screen.getByRole("alert").textContent).toMatch(/Données anciennes\s: dernière mesure il y a 2\sh/);
  });

  it("says that the API is down and keeps the last known data, marked", async () => {
    open("/");
    await card("Gucheng");
    server.answers["/api/status"] = API_DOWN;
    server.answers["/api/ciapol/v1/aqi/current"] = problem(502, "Bad Gateway", "The API cannot be reached.");
    document.dispatchEvent(new Event("visibilitychange"));
    expect((await alarm()).dataset["alarm"]).toBe("api_down");
    expect(screen.getByRole("alert").textContent).toContain("dernières données connues (");
    expect((await card("Gucheng")).dataset["aqi"]).toBe("310");
    expect(screen.getByTestId("ranking").dataset["lastKnown"]).toBe("true");
    expect(screen.getByTestId("freshness").textContent).toContain("Dernière mesure il y a");
  });

  it("reports that the page's own server is down", async () => {
    server.unreachable = true;
    open("/");
    expect((await alarm()).dataset["alarm"]).toBe("offline");
    expect(await screen.findByTestId("unavailable")).toBeTruthy();
  });

  it("describes a failed request", async () => {
    server.answers["/api/ciapol/v1/aqi/current"] = problem(500, "Internal Server Error", "The query failed.");
    open("/");
    expect((await alarm()).textContent).toContain("The query failed.");
  });
});

describe("station page", () => {
  const chart = async (name: string): Promise<HTMLElement> =>
    waitFor(() => {
      const found = document.querySelector<HTMLElement>(`[data-chart="${name}"]`);
      if (found === null || found.dataset["chartPoints"] === "0") throw new Error(`no chart ${name}`);
      return found;
    });

  it("draws the hours of the period and leaves gaps", async () => {
    open("/ciapol/stations/ABJ-001");
    const means = await chart("means");
    expect(means.dataset).toMatchObject({ chartPoints: "69", chartHours: "72" });
    expect(means.textContent).toContain("3 heures sans mesure.");
    const line = means.querySelector(".recharts-area-curve")?.getAttribute("d") ?? "";
    expect(line.match(/M/g)).toHaveLength(2);
    const bars = await chart("aqi");
    expect(bars.dataset["chartPoints"]).toBe("71");
    expect(bars.querySelector(".recharts-bar-rectangle path")?.getAttribute("fill")).toBe("#FFFF00");
  });

  it("shows sub-indices and weather, a dash for what is missing", async () => {
    open("/ciapol/stations/ABJ-001");
    await screen.findByTestId("weather");
    expect(screen.getByTestId("weather").textContent).toBe("Température28,4 °CHumidité–Pression–Vent–");
    expect(document.querySelector<HTMLElement>('[data-sub-index="pm25"]')?.dataset["value"]).toBe("99");
    expect(document.querySelector('[data-sub-index="co"]')?.textContent).toContain("pas d’indice");
  });

  it("keeps the chosen period and pollutant in the address and requests them", async () => {
    open("/ciapol/stations/ABJ-001");
    await chart("means");
    await userEvent.click(screen.getByRole("radio", { name: "7 jours" }));
    await userEvent.click(screen.getByRole("radio", { name: "O3, ozone" }));
    expect(window.location.search).toBe("?period=7d&pollutant=o3");
    await waitFor(() => {
      const last = server.requests.filter(({ pathname }) => pathname.endsWith("/measurements")).at(-1);
      expect(last?.searchParams.get("pollutant")).toBe("o3");
    });
    expect((await screen.findByTestId("chart-empty")).textContent).toContain("Aucune mesure pour O3");
  });

  it("offers the values as a table, newest first", async () => {
    open("/ciapol/stations/ABJ-001");
    const means = await chart("means");
    await userEvent.click(within(means).getByText("Afficher les valeurs dans un tableau"));
    const rows = await within(means).findAllByRole("row");
    expect(rows).toHaveLength(73);
    expect(rows[1]?.textContent).toMatch(/81$/);
  });

  it("navigates to days of another year and back to today", async () => {
    server.answers["/api/ciapol/v1/stations/ABJ-001"] = {
      ...station({ last_measured_at: "2017-02-28T22:00:00Z" }),
      latest: { measured_at: "2017-02-28T22:00:00Z", temperature: 28.4 },
    };
    server.answers["/api/ciapol/v1/stations/ABJ-001/measurements"] = { items: [], next_cursor: null };
    open("/ciapol/stations/ABJ-001?period=7d");
    const panel = await screen.findByTestId("station-page");
    await waitFor(() => expect(panel.textContent).toMatch(/il y a \d+ ans \(mar\.? 28 févr\. 2017/));
    expect(panel.textContent).toMatch(/Relevé\s: mar\.? 28 févr\. 2017.* 22:00 UTC/);
    await userEvent.click(
      screen.getByRole("button", { name: "Aller aux dernières mesures (28 févr. 2017)" }),
    );
    expect(window.location.search).toBe("?period=7d&pollutant=pm25&until=2017-02-28");
    expect(screen.getByTestId("history-range").textContent).toBe("Du 22 févr. 2017 au 28 févr. 2017");
    await waitFor(() => {
      const last = server.requests.filter(({ pathname }) => pathname.endsWith("/measurements")).at(-1);
      expect(last?.searchParams.get("from")).toBe("2017-02-22T00:00:00Z");
      expect(last?.searchParams.get("to")).toBe("2017-03-01T00:00:00Z");
    });
    await userEvent.click(screen.getByRole("button", { name: "Période précédente" }));
    expect(screen.getByTestId("history-range").textContent).toBe("Du 15 févr. 2017 au 21 févr. 2017");
    await userEvent.click(screen.getByRole("button", { name: "Revenir à aujourd’hui" }));
    expect(window.location.search).toBe("?period=7d&pollutant=pm25");
    expect(screen.getByRole<HTMLButtonElement>("button", { name: "Période suivante" }).disabled).toBe(true);
  });

  it("says that a station does not exist", async () => {
    open("/ciapol/stations/nobody");
    expect((await screen.findByTestId("unknown-station")).textContent).toMatch(/«\snobody\s»/);
  });

  it("is linked from the overview and sets the title of the tab", async () => {
    open("/");
    await card("ABJ-001");
    await userEvent.click(screen.getByRole("link", { name: "Plateau" }));
    expect(window.location.pathname).toBe("/ciapol/stations/ABJ-001");
    await waitFor(() => expect(document.title).toBe("Plateau · Qualité de l’air CIAPOL"));
    expect(document.activeElement).toBe(screen.getByRole("main"));
  });
});

describe("an incomplete index", () => {
  const incomplete = () =>
    item({
      aqi: 2,
      category: "good",
      at_least: 2,
      missing: [
        { pollutant: "pm25", expected_at: "2026-01-31T14:00:00Z" },
        { pollutant: "o3", expected_at: "2026-01-31T18:00:00Z" },
      ],
      reason: "too_few_hours",
      provisional: true,
      dominant_pollutant: "no2",
    });

  it("names the missing pollutants and the expected time, without reassuring advice", async () => {
    server.answers["/api/ciapol/v1/aqi/current"] = current([incomplete()]);
    open("/ciapol");
    const shown = await card("ABJ-001");
    expect(shown.textContent).not.toContain("toutes vos activités");
    expect(shown.textContent).toContain("Indice incomplet");
    expect(shown.textContent).toContain("Pas de conseil tant que l’indice est incomplet");
    expect(within(shown).getByTestId("missing").textContent).toMatch(
      /pas encore assez d’heures.*sans indice\s: PM2,5 \(au plus tôt\s: .*14:00 UTC\), O3 \(.*18:00 UTC\)/,
    );
    expect(within(shown).getByTestId("aqi-tile").textContent).toBe("IQA–");
    expect(within(shown).getByTestId("provisional").textContent).toBe("provisoire");
    expect(document.querySelector<HTMLElement>('[data-legend="good"]')?.dataset["count"]).toBe("0");
  });

  it("marks each pollutant without an index on the station's page", async () => {
    server.answers["/api/ciapol/v1/aqi/current"] = current([incomplete()]);
    open("/ciapol/stations/ABJ-001");
    const page = await screen.findByTestId("station-page");
    await waitFor(() => expect(within(page).getByText("Indice incomplet")).toBeTruthy());
    expect(within(page).getByTestId("missing").textContent).toContain("PM2,5");
    expect(page.textContent).not.toContain("toutes vos activités");
    expect(document.querySelector('[data-sub-index="co"]')?.textContent).toContain("pas d’indice");
  });

  it("shows the advice if the advice is a warning", async () => {
    const warning = { ...incomplete(), aqi: null, at_least: 180, category: "unhealthy" as const };
    server.answers["/api/ciapol/v1/aqi/current"] = current([warning]);
    open("/ciapol");
    const shown = await card("ABJ-001");
    expect(shown.textContent).toContain("limitez les efforts prolongés");
    expect(within(shown).getByTestId("incomplete")).toBeTruthy();
    expect(within(shown).getByTestId("aqi-tile").textContent).toBe("IQAau moins ≥180");
  });
});

describe("method", () => {
  it("is linked from a station's index and describes the averaging of each pollutant", async () => {
    open("/ciapol/stations/ABJ-001");
    const [link] = await screen.findAllByRole("link", { name: "Comment l’indice est-il calculé\u00A0?" });
    await userEvent.click(link as HTMLElement);
    expect(window.location.pathname).toBe("/ciapol/method");
    const text = screen.getByRole("main").textContent ?? "";
    for (const words of ["NowCast sur 12 h", "6 des 8 heures", "24,4654 l/mol", "AirNow", "EPA-454/B-24-002"])
      expect(text).toContain(words);
    expect(screen.getByRole("link", { name: "Méthode", current: "page" })).toBeTruthy();
  });
});

describe("addresses", () => {
  it.each([
    ["/", "/ciapol"],
    ["/stations/ABJ-001?period=7d", "/ciapol/stations/ABJ-001?period=7d"],
  ])("%s leads to %s", async (from, to) => {
    open(from);
    await waitFor(() => expect(window.location.pathname + window.location.search).toBe(to));
  });
});
