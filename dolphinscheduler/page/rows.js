// The rows of the page's tables. `selected` is the code or id of the open row; `actions` are the functions of its buttons.

import { duration, element, mark, stateMark, time } from "./dom.js";
import { textOf, startedBy } from "./texts.js";

const ENDED = new Set(["SUCCESS", "FAILURE", "STOP", "KILL", "PAUSE", "BLOCK", "FORCED_SUCCESS"]);

/** Whether a run or a task has ended. */
export function ended(run) {
  return ENDED.has(run.state);
}

/** A run that was due while another run was active never starts: the server lists it as stopped, without an end. */
function runState(run) {
  return stateMark(run.state === "STOP" && !run.endTime ? "SKIPPED" : run.state);
}

export function workflowRow(workflow, selected, actions) {
  const { name, schedule, run } = workflow;
  const scheduled = schedule?.releaseState === "ONLINE";
  return element(
    "tr",
    { "aria-current": workflow.code === selected ? "true" : undefined },
    element(
      "td",
      {},
      element(
        "button",
        { type: "button", class: "link", "data-key": name, onclick: () => actions.open(workflow) },
        name,
      ),
      element("p", { class: "small" }, workflow.description ?? ""),
    ),
    element(
      "td",
      {},
      schedule ? element("code", {}, schedule.crontab) : textOf("byHand"),
      schedule ? element("p", { class: "small" }, schedule.timezoneId) : null,
    ),
    element("td", {}, workflowState(workflow, scheduled)),
    element(
      "td",
      {},
      ...(run
        ? [runState(run), element("p", { class: "small" }, time(run.startTime), ", ", runDuration(run))]
        : [textOf("never")]),
    ),
    element(
      "td",
      { class: "buttons" },
      button("start", { name }, () => actions.start(workflow), !workflow.online),
      schedule && workflow.online
        ? button(scheduled ? "pause" : "resume", { name }, () => actions.setScheduled(workflow, !scheduled))
        : null,
    ),
  );
}

function workflowState(workflow, scheduled) {
  if (!workflow.online) return mark("bad", "✗", textOf("offline"));
  if (workflow.schedule === null) return mark("good", "✓", textOf("online"));
  return scheduled ? mark("good", "✓", textOf("scheduled")) : mark("paused", "❚❚", textOf("paused"));
}

function runDuration(run) {
  return ended(run) && !run.endTime ? "—" : duration(run.startTime, run.endTime);
}

/** Creates a button whose accessible name contains its subject. */
function button(key, values, onclick, disabled = false) {
  const name = textOf(`${key}Of`, values);
  return element(
    "button",
    { type: "button", "aria-label": name, "data-key": name, disabled, onclick },
    textOf(key),
  );
}

export function runRow(run, selected, actions) {
  const { id } = run;
  const show = () => actions.open(run);
  return element(
    "tr",
    { "aria-current": id === selected ? "true" : undefined },
    element(
      "td",
      {},
      element("button", { type: "button", class: "link", "data-key": `run ${id}`, onclick: show }, `${id}`),
    ),
    element("td", {}, runState(run)),
    element("td", {}, startedBy(run.commandType)),
    element("td", {}, time(run.startTime)),
    element("td", {}, runDuration(run)),
    element("td", { class: "buttons" }, ended(run) ? "" : button("stop", { id }, () => actions.stop(run))),
  );
}

export function taskRow(task, selected, actions) {
  const show = () => actions.open(task);
  const key = `log ${task.id}`;
  return element(
    "tr",
    { "aria-current": task.id === selected ? "true" : undefined },
    element("td", {}, task.name),
    element("td", {}, `${task.retryTimes + 1}`),
    element("td", {}, stateMark(task.state)),
    element("td", {}, time(task.startTime)),
    element("td", {}, duration(task.startTime, task.endTime)),
    element(
      "td",
      {},
      task.host
        ? element("button", { type: "button", class: "link", "data-key": key, onclick: show }, textOf("openLog"))
        : textOf("noLog"),
    ),
  );
}
