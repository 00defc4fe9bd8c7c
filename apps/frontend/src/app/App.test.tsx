import { cleanup, render, screen, waitFor, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import * as z from "zod/mini";
import { DataTable } from "../components/DataTable";
import { Loaded } from "../components/Loaded";
import { PageHead } from "../components/PageHead";
import { Panel } from "../components/Panel";
import { createTexts } from "../i18n/texts";
import { apiGet } from "../lib/api";
import type { PageProps, Product } from "../lib/product";
import { usePolling } from "../lib/usePolling";
import { FakeServer, problem } from "../testing/fakeServer";
import { PRODUCT_DOWN, pipeline, productStatus, status, step } from "../testing/fixtures";
import { App } from "./App";

const useTexts = createTexts({
  fr: { title: "Choses", id: "Nom", size: "Taille" },
  en: { title: "Things", id: "Name", size: "Size" },
});

const rows = z.object({ items: z.array(z.object({ id: z.string(), size: z.nullable(z.number()) })) });
const load = (signal: AbortSignal) => apiGet("sample", "/v1/rows", rows, signal, { limit: 10 });

function Rows() {
  const { t, format } = useTexts();
  const polled = usePolling("rows", load, 5_000);
  return (
    <>
      <PageHead title={t("title")} />
      <Panel title={t("title")}>
        <Loaded polled={polled}>
          {({ items }) => (
            <DataTable
              label={t("title")}
              rows={items}
              rowKey={({ id }) => id}
              columns={[
                { header: t("id"), cell: ({ id }) => id },
                { header: t("size"), cell: ({ size }) => size && format.number(size), numeric: true },
              ]}
            />
          )}
        </Loaded>
      </Panel>
    </>
  );
}

const Thing = ({ parameters, search }: PageProps) => (
  <h1>
    {parameters["thing"]} {search.get("view")}
  </h1>
);

const sample: Product = {
  name: "sample",
  title: { fr: "Exemple", en: "Sample" },
  subtitle: { fr: "Essai", en: "Trial" },
  pages: [
    { name: "rows", path: "/", component: Rows },
    { name: "thing", path: "/things/:thing", component: Thing },
  ],
  redirects: [{ from: "/old/:thing", to: "/things/:thing" }],
  workflows: { sum_hourly: { fr: "Somme horaire", en: "Hourly sum" } },
};
const other: Product = {
  name: "other",
  title: { fr: "Autre", en: "Other" },
  pages: [{ name: "other-home", path: "/", component: () => <h1>Other</h1> }],
  words: { "freshness.last": { fr: "Reçu {ago}", en: "Received {ago}" } },
};

let server: FakeServer;

function open(path: string, modules: readonly Product[] = [sample, other]): void {
  window.history.replaceState(null, "", path);
  render(<App modules={modules} />);
}

const two = () => status({ products: { sample: productStatus(), other: PRODUCT_DOWN } });
const shows = (page: string) => waitFor(() => expect(screen.getByRole("main").dataset["page"]).toBe(page));

beforeEach(() => {
  window.localStorage.clear();
  server = new FakeServer({
    "/api/status": status(),
    "/api/platform/v1/pipeline": pipeline(),
    "/api/sample/v1/rows": {
      items: [
        { id: "a", size: 2.5 },
        { id: "b", size: null },
      ],
    },
  });
});

afterEach(cleanup);

describe("a stack with one product", () => {
  it("shows the product at /, with its title, its rows and the age of its data", async () => {
    open("/");
    await shows("rows");
    expect(window.location.pathname).toBe("/sample");
    const table = await screen.findByRole("table");
    expect(
      within(table)
        .getAllByRole("row")
        .map(({ textContent }) => textContent),
    ).toEqual(["NomTaille", "a2,5", "b–"]);
    expect(screen.getByTestId("freshness").textContent).toMatch(/Dernières données il y a 3\smin/);
    await waitFor(() => expect(document.title).toBe("Choses · Exemple Essai"));
    expect(screen.queryByText("Produits")).toBeNull();
  });

  it("switches to English after a click", async () => {
    open("/");
    await screen.findByRole("table");
    await userEvent.click(screen.getByRole("radio", { name: "English" }));
    expect(screen.getByRole("heading", { level: 1 }).textContent).toBe("Things");
    expect(screen.getByTestId("freshness").textContent).toBe("Latest data 3 min ago");
  });

  it("keeps header, banner and footer, with the focus, when the products become known", async () => {
    open("/pipeline");
    const before = [
      screen.getByRole("radio", { name: "English" }),
      screen.getByRole("alert"),
      screen.getByRole("contentinfo"),
    ];
    before[0]?.focus();
    await screen.findByTestId("nav-pipeline");
    expect(before.map(({ isConnected }) => isConnected)).toEqual([true, true, true]);
    expect(document.activeElement).toBe(before[0]);
  });

  it("keeps older addresses, with their query", async () => {
    open("/old/a%2Fb?view=7");
    await shows("thing");
    expect(window.location.pathname + window.location.search).toBe("/sample/things/a%2Fb?view=7");
    expect(screen.getByRole("heading", { level: 1 }).textContent).toBe("a/b 7");
  });

  it("shows no age of data if the product's health has none", async () => {
    server.answers["/api/status"] = status({ products: { sample: productStatus({ data: null }) } });
    open("/");
    await screen.findByRole("table");
    expect(screen.queryByTestId("freshness")).toBeNull();
  });

  it("shows links when the products are known, because the header is then mounted again", async () => {
    let respond = (): void => undefined;
    const delayed = new Promise<unknown>((resolve) => {
      respond = () => resolve(status());
    });
    server.answers["/api/status"] = () => delayed;
    open("/");
    await waitFor(() => expect(server.requests.map(({ pathname }) => pathname)).toContain("/api/status"));
    const links = () => within(screen.getByRole("navigation", { name: "Pages" })).queryAllByRole("link");
    expect(links()).toEqual([]);
    respond();
    await waitFor(() =>
      expect(links().map(({ textContent }) => textContent)).toEqual(["Exemple", "Pipeline"]),
    );
    const link = screen.getByTestId("nav-pipeline");
    await shows("rows");
    expect(screen.getByTestId("nav-pipeline")).toBe(link);
  });

  it("has no page for products that are not in it", async () => {
    open("/other");
    await shows("not-found");
  });

  it("shows why its rows could not be read", async () => {
    server.answers["/api/sample/v1/rows"] = problem(503, "Service Unavailable", "Unknown table.");
    open("/sample");
    expect((await screen.findByTestId("unavailable")).textContent).toContain("Unknown table.");
  });

  it("shows a message if there are no rows", async () => {
    server.answers["/api/sample/v1/rows"] = { items: [] };
    open("/sample");
    expect(await screen.findByTestId("no-rows")).toBeTruthy();
  });

  it("names the late workflow in the banner, which links to the pipeline", async () => {
    server.answers["/api/status"] = status({
      pipeline: { status: "late", error: null, steps: [step({ late: true })], jobs: [] },
    });
    open("/");
    expect((await screen.findByTestId("alarm")).textContent).toMatch(/Traitement en retard\s: Somme horaire/);
    await userEvent.click(screen.getByRole("link", { name: "Voir la page Pipeline" }));
    await shows("pipeline");
    expect(document.activeElement).toBe(screen.getByRole("main"));
  });

  it("is linked from the page of an unknown address", async () => {
    open("/nowhere");
    await shows("not-found");
    await userEvent.click(screen.getByRole("link", { name: "Revenir à l’accueil" }));
    await shows("rows");
  });
});

describe("a stack with several products", () => {
  it("lists them with their state", async () => {
    server.answers["/api/status"] = two();
    open("/");
    await waitFor(() => expect(document.querySelectorAll("[data-product]")).toHaveLength(2));
    const [first, second] = [...document.querySelectorAll<HTMLElement>("[data-product]")];
    expect([first?.dataset["product"], first?.dataset["state"]]).toEqual(["other", "down"]);
    expect(first?.textContent).toContain("Indisponible");
    expect(first?.textContent).toContain("ConnectError");
    expect(second?.textContent).toContain("Exemple");
    expect(screen.getByTestId("alarm").textContent).toMatch(/L’API du produit «\sAutre\s» ne répond pas/);
    await userEvent.click(screen.getByRole("link", { name: "Exemple" }));
    await shows("rows");
    expect(screen.queryByTestId("alarm")).toBeNull();
    expect(screen.getByRole("link", { name: "Produits" })).toBeTruthy();
  });

  it("lists a product without a part in this build", async () => {
    server.answers["/api/status"] = status({ products: { unknown: productStatus() } });
    open("/");
    await shows("home");
    const card = await waitFor(() => {
      const found = document.querySelector('[data-product="unknown"]');
      if (found === null) throw new Error("no card");
      return found;
    });
    expect(card.textContent).toContain("Ce produit n’a pas de page.");
  });

  it("uses the words of the product whose page is shown", async () => {
    server.answers["/api/status"] = status({ products: { sample: productStatus(), other: productStatus() } });
    open("/other");
    await shows("other-home");
    await waitFor(() => expect(screen.getByTestId("freshness").textContent).toMatch(/^Reçu il y a 3\smin$/));
  });
});

describe("a stack without products", () => {
  it("shows the pipeline with a hint", async () => {
    server.answers["/api/status"] = status({ products: {} });
    open("/");
    await shows("pipeline");
    expect((await screen.findByTestId("no-products")).textContent).toContain("kappastack:products");
    expect(screen.queryByTestId("alarm")).toBeNull();
  });
});

describe("without the page's server", () => {
  it("shows an alarm", async () => {
    server.unreachable = true;
    open("/");
    expect((await screen.findByTestId("alarm")).dataset["alarm"]).toBe("offline");
    expect(await screen.findByTestId("unavailable")).toBeTruthy();
  });
});
