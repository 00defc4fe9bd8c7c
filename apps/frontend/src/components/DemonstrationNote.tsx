import type { ReactNode } from "react";
import { useI18n } from "../i18n/texts";
import { Icon } from "./Icon";

type Props = { sources: readonly string[]; children?: ReactNode };

/** A note that the data are demonstration data, with their source. */
export function DemonstrationNote({ sources, children }: Props) {
  const { t } = useI18n();
  return (
    <aside className="demonstration" data-testid="demonstration-banner">
      <Icon name="info" />
      <p>
        <strong>{t("notice.demonstration", { source: [...sources].sort().join(", ") })}</strong> {children}
      </p>
    </aside>
  );
}
