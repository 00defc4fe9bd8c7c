import { type Product, type ProductPage, productHref } from "../lib/product";
import { type Address, fillPath, matchPath } from "../lib/router";

export const PIPELINE_HREF = "/pipeline";

/** What the page shows at an address. */
export type Place =
  | { kind: "home" }
  | { kind: "pipeline" }
  | { kind: "page"; product: Product; page: ProductPage; parameters: Readonly<Record<string, string>> }
  | { kind: "redirect"; to: string }
  | { kind: "waiting" }
  | { kind: "not-found" };

function pageOf(product: Product, path: string): Place {
  for (const page of product.pages) {
    const parameters = matchPath(page.path, path);
    if (parameters !== null) return { kind: "page", product, page, parameters };
  }
  return { kind: "not-found" };
}

function redirectOf(product: Product, { path, search }: Address): Place | null {
  for (const { from, to } of product.redirects ?? []) {
    const parameters = matchPath(from, path);
    if (parameters === null) continue;
    const query = search === "" ? "" : `?${search}`;
    return { kind: "redirect", to: `${productHref(product.name, fillPath(to, parameters))}${query}` };
  }
  return null;
}

/**
 * The place of an address.
 *
 * `modules` are the parts of the page that exist, `shown` the names of the products in the stack, null while they are
 * unknown. `/` leads to the only product; without products it shows the pipeline.
 */
export function placeOf(
  address: Address,
  modules: readonly Product[],
  shown: readonly string[] | null,
): Place {
  const { path } = address;
  if (path === "/" || path === "") {
    const [only, ...others] = shown ?? [];
    if (shown !== null && only === undefined) return { kind: "pipeline" };
    const product = others.length === 0 ? modules.find(({ name }) => name === only) : undefined;
    return product === undefined ? { kind: "home" } : { kind: "redirect", to: productHref(product.name) };
  }
  if (matchPath(PIPELINE_HREF, path) !== null) return { kind: "pipeline" };
  const [, first = ""] = path.split("/", 2);
  const product = modules.find(({ name }) => name === first);
  if (product !== undefined) {
    if (shown !== null && !shown.includes(first)) return { kind: "not-found" };
    return pageOf(product, path.slice(first.length + 1));
  }
  for (const candidate of modules) {
    if (shown !== null && !shown.includes(candidate.name)) continue;
    const redirect = redirectOf(candidate, address);
    if (redirect !== null) return shown === null ? { kind: "waiting" } : redirect;
  }
  return { kind: "not-found" };
}
