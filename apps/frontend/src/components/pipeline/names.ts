import type { PipelineStep, StreamingJob } from "../../api/schemas";
import type { Translate } from "../../i18n/translate";
import type { IconName } from "../Icon";

/** How a state looks beside its words: a tone never stands alone. */
export type Tone = "good" | "busy" | "warning" | "bad" | "idle";
export type StateWords = { words: string; tone: Tone; icon: IconName };

const WORKFLOWS = [
  "aqi_hourly",
  "predict_hourly",
  "quality_hourly",
  "archive_monthly",
  "jobs_keep_running",
] as const;
const STEP_STATES = { succeeded: "good", running: "busy", failed: "bad", killed: "warning" } as const;
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

/** A workflow's name for people; its own name where the page does not know it. */
export function workflowName(workflow: string, t: Translate): string {
  const found = WORKFLOWS.find((name) => name === workflow);
  return found === undefined ? workflow : t(`workflow.${found}`);
}

export function stepState({ state }: Pick<PipelineStep, "state">, t: Translate): StateWords {
  if (!known(STEP_STATES, state)) return { words: state, tone: "idle", icon: ICONS.idle };
  const tone = STEP_STATES[state];
  return { words: t(`step.state.${state}`), tone, icon: ICONS[tone] };
}

/** A stopped job is bad news where it should run. */
export function jobState(
  { state, wanted }: Pick<StreamingJob, "state" | "wanted">,
  t: Translate,
): StateWords {
  if (state === null) return { words: t("job.state.unknown"), tone: "idle", icon: "clock" };
  if (!known(JOB_STATES, state)) return { words: state, tone: "idle", icon: ICONS.idle };
  const tone: Tone = state === "stopped" && wanted === "running" ? "warning" : JOB_STATES[state];
  return { words: t(`job.state.${state}`), tone, icon: ICONS[tone] };
}
