import { useMemo, useSyncExternalStore } from "react";

export type Address = { path: string; search: string };

function decoded(text: string): string | null {
  try {
    return decodeURIComponent(text);
  } catch {
    return null;
  }
}

const segmentsOf = (path: string): string[] => path.replace(/\/$/, "").split("/").slice(1);

/**
 * The parameters of a path that has the form of `pattern`, decoded; null for another path.
 *
 * A segment `:id` of the pattern stands for one segment that is not empty.
 */
export function matchPath(pattern: string, path: string): Record<string, string> | null {
  const wanted = segmentsOf(pattern);
  const given = segmentsOf(path);
  if (wanted.length !== given.length) return null;
  const parameters: Record<string, string> = {};
  for (const [position, segment] of wanted.entries()) {
    const text = given[position] ?? "";
    if (!segment.startsWith(":")) {
      if (segment !== text) return null;
      continue;
    }
    const value = decoded(text);
    if (value === null || value === "") return null;
    parameters[segment.slice(1)] = value;
  }
  return parameters;
}

/** The path from a pattern and its parameters. */
export function fillPath(pattern: string, parameters: Readonly<Record<string, string>>): string {
  return pattern.replace(/:(\w+)/g, (_, name: string) => encodeURIComponent(parameters[name] ?? ""));
}

const NAVIGATED = "kappastack:navigated";

function subscribe(changed: () => void): () => void {
  window.addEventListener("popstate", changed);
  window.addEventListener(NAVIGATED, changed);
  return () => {
    window.removeEventListener("popstate", changed);
    window.removeEventListener(NAVIGATED, changed);
  };
}

/** Goes to an address of the page without loading it again. */
export function navigate(href: string, options: { replace?: boolean } = {}): void {
  if (options.replace) window.history.replaceState(null, "", href);
  else window.history.pushState(null, "", href);
  window.dispatchEvent(new Event(NAVIGATED));
}

/** The address that is shown: its path, and its query without the question mark. */
export function useAddress(): Address {
  const address = useSyncExternalStore(
    subscribe,
    () => `${window.location.pathname}${window.location.search}`,
  );
  return useMemo(() => {
    const mark = address.indexOf("?");
    if (mark < 0) return { path: address, search: "" };
    return { path: address.slice(0, mark), search: address.slice(mark + 1) };
  }, [address]);
}
