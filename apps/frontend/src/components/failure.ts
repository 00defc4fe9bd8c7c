import type { RequestError } from "../api/client";
import type { Translate } from "../i18n/translate";

/** A failed request in a person's words. */
export function failureWords(error: RequestError, t: Translate): string {
  if (error.kind === "problem") return t("failure.problem", { detail: error.detail });
  return t(`failure.${error.kind}`);
}
