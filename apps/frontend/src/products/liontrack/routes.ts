import { productHref } from "../../lib/product";

export const HOME_HREF = productHref("liontrack");

/** The address of a lion's page. */
export const lionHref = (lionId: string): string =>
  productHref("liontrack", `/lions/${encodeURIComponent(lionId)}`);
