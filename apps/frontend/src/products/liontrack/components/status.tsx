import type { StateWords, Tone } from "../../../components/StateMark";
import { StateMark } from "../../../components/StateMark";
import type { Status } from "../api/schemas";
import { useI18n } from "../texts";

/** The appearance of a status beside its words. */
export const TONES: Readonly<Record<Status, Tone>> = { active: "good", silent: "warning", lost: "bad" };
const ICONS: Readonly<Record<Status, StateWords["icon"]>> = {
  active: "check",
  silent: "clock",
  lost: "warning",
};

/** The status of a lion as sign, words and colour. */
export function StatusMark({ status }: { status: Status }) {
  const { t } = useI18n();
  return <StateMark words={t(`status.${status}`)} tone={TONES[status]} icon={ICONS[status]} />;
}
