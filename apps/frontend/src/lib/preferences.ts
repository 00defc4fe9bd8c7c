const PREFIX = "kappastack.";

/** A stored choice; the fallback if there is none, if it is no longer offered, or if storage is forbidden. */
export function readPreference<T extends string>(name: string, choices: readonly T[], fallback: T): T {
  try {
    const stored = window.localStorage.getItem(PREFIX + name);
    return choices.find((choice) => choice === stored) ?? fallback;
  } catch {
    return fallback;
  }
}

export function writePreference(name: string, value: string): void {
  try {
    window.localStorage.setItem(PREFIX + name, value);
  } catch {
    // If the browser forbids storage, the choice lasts until the page is reloaded.
  }
}
