import type { ComponentType, ReactNode } from "react";
import type { Localized } from "../i18n/translate";
import type { Polled } from "./usePolling";

/** Properties of a product's page: the decoded parameters of its path, and those of its query. */
export type PageProps = {
  parameters: Readonly<Record<string, string>>;
  search: URLSearchParams;
};

/** A page at `/NAME` + `path`; a segment `:id` of the path is a parameter. */
export type ProductPage = {
  /** `data-page` of the element `main`. */
  name: string;
  path: string;
  component: ComponentType<PageProps>;
};

/** Texts of the shell that a product may replace. `{ago}` stands for the age of its data. */
export type ProductWords = Partial<
  Record<
    | "freshness.last"
    | "freshness.none"
    | "notice.stale"
    | "notice.stale.detail"
    | "notice.job_stopped.detail",
    Localized
  >
>;

/**
 * A product's part of the page, the default export of `src/products/NAME/index.tsx`.
 *
 * The page shows it if `/api/status` lists the product.
 */
export type Product = {
  /** Name of the product; equal to the name of its folder. */
  name: string;
  title: Localized;
  /** Owner or subtitle, beneath the title. */
  subtitle?: Localized;
  /** Line drawing in a box of 24 × 24: the `d` of an SVG path. */
  icon?: string;
  /** The first page is the home page and has the path `/`. */
  pages: readonly [ProductPage, ...ProductPage[]];
  /** Entries of the navigation; `path` follows `/NAME`. The default is the home page. */
  navigation?: readonly { label: Localized; path: string }[];
  /** Older addresses, outside `/NAME`, and the paths that replace them; both may have parameters. */
  redirects?: readonly { from: string; to: string }[];
  /** Keeps data for all pages of the product. */
  Provider?: ComponentType<{ children: ReactNode }>;
  /** A hook below `Provider`: the request whose failure the banner reports and that "last known data" refers to. */
  useMainRequest?: () => Polled<unknown>;
  words?: ProductWords;
  /** Display names of its workflows. A workflow without one is shown with its identifier. */
  workflows?: Readonly<Record<string, Localized>>;
  /** Its part of the pipeline page, below `Provider`. */
  PipelinePanel?: ComponentType;
  /** Its part of the footer. */
  Footer?: ComponentType;
};

/** The address of a path of a product. */
export function productHref(name: string, path = "/"): string {
  return path === "/" ? `/${name}` : `/${name}${path}`;
}
