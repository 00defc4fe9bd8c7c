import { createContext, useCallback, useContext } from "react";
import { useI18n } from "../i18n/texts";
import type { Product } from "../lib/product";

export type Modules = {
  /** The parts of the page that this build has. */
  modules: readonly Product[];
  /** Names of the products in the stack; null while they are unknown. */
  shown: readonly string[] | null;
};

export const ModulesContext = createContext<Modules>({ modules: [], shown: null });

export const useModules = (): Modules => useContext(ModulesContext);

/** The title of a product; its name if this build has no part for it. */
export function useProductTitle(): (product: string) => string {
  const { modules } = useModules();
  const { text } = useI18n();
  return useCallback(
    (product) => {
      const module = modules.find(({ name }) => name === product);
      return module === undefined ? product : text(module.title);
    },
    [modules, text],
  );
}

const PLATFORM_WORKFLOWS = ["jobs_keep_running"] as const;

/** The name of a workflow for readers; its own name if there is no other. */
export function useWorkflowName(): (product: string, workflow: string) => string {
  const { modules } = useModules();
  const { t, text } = useI18n();
  return useCallback(
    (product, workflow) => {
      const names = modules.find(({ name }) => name === product)?.workflows ?? {};
      const own = Object.hasOwn(names, workflow) ? names[workflow] : undefined;
      if (own !== undefined) return text(own);
      const known = PLATFORM_WORKFLOWS.find((name) => name === workflow);
      return known === undefined ? workflow : t(`workflow.${known}`);
    },
    [modules, t, text],
  );
}
