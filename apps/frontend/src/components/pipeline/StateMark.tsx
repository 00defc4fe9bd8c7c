import { Icon } from "../Icon";
import type { StateWords } from "./names";

/** A state as a sign, words and colour; each of the first two is enough. */
export function StateMark({ words, tone, icon }: StateWords) {
  return (
    <span className={`state state-${tone}`}>
      <Icon name={icon} />
      {words}
    </span>
  );
}
