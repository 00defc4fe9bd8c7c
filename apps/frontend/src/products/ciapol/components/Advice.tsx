import type { ShownIndex } from "../aqi/reliability";
import { useI18n } from "../texts";

/** Health advice in words. While the index is incomplete there is no reassuring advice. */
export function Advice({ index }: { index: ShownIndex }) {
  const { t } = useI18n();
  if ((index.incomplete || index.provisional) && index.category === null)
    return <>{t("advice.incomplete")}</>;
  return <>{t(`advice.${index.category ?? "unknown"}`)}</>;
}
