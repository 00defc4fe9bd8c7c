import { createTexts } from "../../../i18n/texts";
import { en } from "./en";
import { fr } from "./fr";

/** Texts of the product. */
export const useI18n = createTexts({ fr, en });
