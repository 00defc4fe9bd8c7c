import type { IconName } from "../../components/Icon";
import type { StateWords, Tone } from "../../components/StateMark";
import type { useI18n } from "../../i18n/texts";
import type { PipelineStep, StreamingJob } from "./schemas";

type Translate = ReturnType<typeof useI18n>["t"];
/** The name of a workflow of a product, for readers. */
export type WorkflowName = (product: string, workflow: string) => string;

const STEP_STATES = {
  succeeded: "good",
  running: "busy",
  retrying: "warning",
  failed: "bad",
  killed: "warning",
} as const;
const JOB_STATES = {
  running: "good",
  restarting: "busy",
  held: "warning",
  stopped: "idle",
  unreachable: "bad",
  down: "bad",
  given_up: "bad",
} as const;
const ICONS: Record<Tone, IconName> = {
  good: "check",
  busy: "play",
  warning: "pause",
  bad: "cross",
  idle: "pause",
};

const known = <T extends string>(table: Readonly<Record<T, unknown>>, name: string): name is T =>
  Object.hasOwn(table, name);

export function stepState({ state }: Pick<PipelineStep, "state">, t: Translate): StateWords {
  if (!known(STEP_STATES, state)) return { words: state, tone: "idle", icon: ICONS.idle };
  const tone = STEP_STATES[state];
  return { words: t(`step.state.${state}`), tone, icon: ICONS[tone] };
}

/** A stopped job that should run is a warning. */
export function jobState(
  { state, wanted }: Pick<StreamingJob, "state" | "wanted">,
  t: Translate,
): StateWords {
  if (state === null) return { words: t("job.state.unknown"), tone: "idle", icon: "clock" };
  if (!known(JOB_STATES, state)) return { words: state, tone: "idle", icon: ICONS.idle };
  const tone: Tone = state === "stopped" && wanted === "running" ? "warning" : JOB_STATES[state];
  return { words: t(`job.state.${state}`), tone, icon: ICONS[tone] };
}
