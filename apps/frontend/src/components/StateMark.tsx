import { Icon, type IconName } from "./Icon";

/** The appearance of a state beside its words; the tone is never the only information. */
export type Tone = "good" | "busy" | "warning" | "bad" | "idle";
export type StateWords = { words: string; tone: Tone; icon: IconName };

/** A state as a sign, words and colour. Sign or words alone are enough to recognise it. */
export function StateMark({ words, tone, icon }: StateWords) {
  return (
    <span className={`state state-${tone}`}>
      <Icon name={icon} />
      {words}
    </span>
  );
}
