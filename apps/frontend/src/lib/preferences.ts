const PREFIX = "kappastack.";

/** A remembered choice, or the fallback where there is none, it is no longer offered, or storage is forbidden. */
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
    // A browser that forbids storage still shows the page; the choice lasts until it is reloaded.
  }
}
