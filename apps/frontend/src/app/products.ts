import type { Product } from "../lib/product";

const modules = import.meta.glob<{ default: Product }>("../products/*/index.tsx", { eager: true });

/** The parts of the page that this build has, by name of the product. */
export const products: readonly Product[] = Object.entries(modules).map(([file, { default: product }]) => {
  const folder = file.split("/").at(-2);
  if (product.name !== folder)
    throw new Error(`${file}: the product has the name ${product.name}; it must be ${folder}`);
  return product;
});
