import type { ReactNode } from "react";
import { useI18n } from "../i18n/texts";
import type { Polled } from "../lib/usePolling";
import { Empty } from "./Empty";
import { Failure } from "./Failure";

type Props<T> = { polled: Polled<T>; children: (data: T) => ReactNode };

/** The result of a request: its data, or a message that it is loading or failed. The last data stay after a failure. */
export function Loaded<T>({ polled, children }: Props<T>) {
  const { t } = useI18n();
  const { data, error } = polled;
  if (data !== null) return <>{children(data)}</>;
  if (error === null) return <p role="status">{t("data.loading")}</p>;
  return (
    <Empty title={t("data.unavailable")} testId="unavailable">
      <Failure error={error} />
    </Empty>
  );
}
