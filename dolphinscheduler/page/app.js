// The operator's page: its sections and the actions of its buttons.

import * as api from "./api.js";
import { byId, element, replace, table, translate } from "./dom.js";
import { ended, runRow, taskRow, workflowRow } from "./rows.js";
import { askForRange } from "./start.js";
import { current, locale, textOf, toggle } from "./texts.js";

const REFRESH_MS = 5000;
const RUNS = 20;

/** The current selection. `workflow`, `run` and `task` are null until one is selected. */
const selected = { project: null, workflow: null, run: null, task: null };
/** The data that each section shows, so that the same data leave the page unchanged. */
const shown = new Map();
let timer = 0;
let refreshing = null;

function showError(text) {
  byId("error").textContent = text;
  byId("error").hidden = text === "";
}

function showMessage(text) {
  byId("message").textContent = text;
}

function reasonOf(error) {
  if (error instanceof api.LoggedOut) return textOf("expired");
  if (error instanceof api.Refused) return textOf("refused", { reason: error.message });
  if (error instanceof api.Unreachable) return textOf("unreachable");
  if (error instanceof api.Stale) return "";
  throw error;
}

/** Runs a button's action, shows its outcome and refreshes the page. */
async function act(action, message) {
  showMessage("");
  try {
    await action();
    showError("");
    showMessage(message);
  } catch (error) {
    showError(reasonOf(error));
    if (error instanceof api.LoggedOut) showLogin();
    return;
  }
  await refresh();
}

function showLogin() {
  clearTimeout(timer);
  Object.assign(selected, { project: null, workflow: null, run: null, task: null });
  shown.clear();
  byId("content").hidden = true;
  byId("logout").hidden = true;
  byId("login").hidden = false;
  byId("login").elements.password.value = "";
  byId("login").elements.password.focus();
}

function showContent() {
  byId("login").hidden = true;
  byId("content").hidden = false;
  byId("logout").hidden = false;
}

/** Reloads everything that is visible; one refresh at a time. */
function refresh() {
  refreshing ??= reload().finally(() => {
    refreshing = null;
  });
  return refreshing;
}

async function reload() {
  clearTimeout(timer);
  if (!api.loggedIn()) return;
  try {
    await showProjects();
    if (selected.project !== null) await showWorkflows();
    if (selected.workflow !== null) await showRuns();
    if (selected.run !== null) await showTasks();
    if (selected.task !== null) await showLog();
    showError("");
    const now = new Date().toLocaleTimeString(locale());
    byId("refreshed").textContent = textOf("refreshed", { time: now });
  } catch (error) {
    if (error instanceof api.Stale) return reload();
    showError(reasonOf(error));
    if (error instanceof api.LoggedOut) {
      return showLogin();
    }
  }
  timer = setTimeout(refreshIfVisible, REFRESH_MS);
}

function refreshIfVisible() {
  if (document.hidden) timer = setTimeout(refreshIfVisible, REFRESH_MS);
  else refresh();
}

/** Whether the data of a section have changed. */
function changed(part, ...data) {
  const text = JSON.stringify([current(), data]);
  if (shown.get(part) === text) return false;
  shown.set(part, text);
  return true;
}

async function showProjects() {
  const projects = await api.projects();
  showContent();
  if (!projects.some((project) => project.code === selected.project)) {
    Object.assign(selected, { project: projects[0]?.code ?? null, workflow: null, run: null, task: null });
  }
  if (projects.length === 0) replace(byId("workflows"), element("p", {}, textOf("noProject")));
  if (!changed("projects", projects, selected.project)) return;
  const options = projects.map((project) =>
    element("option", { value: project.code, selected: project.code === selected.project }, project.name),
  );
  byId("project").replaceChildren(...options);
}

async function showWorkflows() {
  const workflows = await api.workflows(selected.project);
  if (!workflows.some((workflow) => workflow.code === selected.workflow?.code)) {
    Object.assign(selected, { workflow: null, run: null, task: null });
    for (const part of ["runs", "run", "log"]) byId(`${part}-section`).hidden = true;
  }
  const running = workflows.some((workflow) => workflow.run && !ended(workflow.run));
  if (!changed("workflows", workflows, selected.workflow?.code, running && Date.now())) return;
  const headings = ["workflow", "schedule", "state", "lastRun", "actions"].map((key) => textOf(key));
  replace(
    byId("workflows"),
    table(
      headings,
      workflows.map((each) => workflowRow(each, selected.workflow?.code, { open, start, setScheduled })),
      textOf("noWorkflow"),
    ),
  );
}

function open(workflow) {
  Object.assign(selected, { workflow, run: null, task: null });
  byId("run-section").hidden = true;
  byId("log-section").hidden = true;
  showAndGoTo("runs");
}

/** Shows a section when its data are loaded, and moves the focus there. */
async function showAndGoTo(part) {
  await refresh();
  await refresh();
  byId(`${part}-title`).focus();
}

async function showRuns() {
  const { project, workflow } = selected;
  const runs = await api.runs(project, workflow.code, RUNS);
  if (workflow !== selected.workflow) return;
  byId("runs-section").hidden = false;
  byId("runs-title").textContent = textOf("runsOf", { name: workflow.name });
  const newest = runs.find((run) => run.id === selected.run?.id);
  if (newest) selected.run = newest;
  const running = runs.some((run) => !ended(run));
  if (!changed("runs", runs, selected.run?.id, running && Date.now())) return;
  const headings = ["run", "state", "startedBy", "begin", "duration", "actions"].map((key) => textOf(key));
  replace(
    byId("runs"),
    table(
      headings,
      runs.map((each) => runRow(each, selected.run?.id, { open: openRun, stop })),
      textOf("noRun"),
    ),
  );
}

function openRun(run) {
  Object.assign(selected, { run, task: null });
  byId("log-section").hidden = true;
  showAndGoTo("run");
}

function openTask(task) {
  selected.task = task;
  shown.delete("log");
  showAndGoTo("log");
}

async function showTasks() {
  const { project, workflow, run } = selected;
  const tasks = await api.tasks(project, run.id);
  if (run !== selected.run) return;
  byId("run-section").hidden = false;
  byId("run-title").textContent = textOf("tasksOf", { id: run.id, name: workflow.name });
  const newest = tasks.find((task) => task.id === selected.task?.id);
  if (newest) selected.task = newest;
  const running = tasks.some((task) => !ended(task));
  if (!changed("tasks", tasks, selected.task?.id, running && Date.now())) return;
  const headings = ["task", "attempt", "state", "begin", "duration", "log"].map((key) => textOf(key));
  replace(
    byId("tasks"),
    table(
      headings,
      tasks.map((each) => taskRow(each, selected.task?.id, { open: openTask })),
      textOf("noTask"),
    ),
  );
}

async function showLog() {
  const { task } = selected;
  const parts = [];
  let lines = 0;
  for (;;) {
    const part = await api.log(task.id, lines);
    const count = part.split("\n").length - 1;
    parts.push(part);
    if (count < api.LOG_LINES) break;
    lines += api.LOG_LINES;
  }
  if (task !== selected.task) return;
  const text = parts.join("");
  byId("log-section").hidden = false;
  byId("log-title").textContent = textOf("logOf", { name: task.name, attempt: task.retryTimes + 1 });
  if (!changed("log", task.id, text)) return;
  const place = byId("log");
  const atEnd = place.scrollTop + place.clientHeight >= place.scrollHeight - 4;
  place.textContent = text || textOf("emptyLog");
  if (atEnd) place.scrollTop = place.scrollHeight;
}

async function start(workflow) {
  const { project } = selected;
  let form;
  try {
    form = await api.startForm(project, workflow.code);
  } catch (error) {
    showError(reasonOf(error));
    if (error instanceof api.LoggedOut) showLogin();
    return;
  }
  const parameters = await askForRange(workflow.name, form);
  if (parameters === null) return;
  const options = { parameters, only: form.only };
  act(() => api.start(project, workflow, options), textOf("started", { name: workflow.name }));
}

function setScheduled(workflow, on) {
  const { name, schedule } = workflow;
  act(
    () => api.setScheduled(selected.project, schedule.id, on),
    textOf(on ? "resumedNow" : "pausedNow", { name }),
  );
}

function stop(run) {
  const { id } = run;
  if (!confirm(textOf("confirmStop", { id }))) return;
  act(() => api.stop(selected.project, id), textOf("stopping", { id }));
}

byId("login").addEventListener("submit", async (event) => {
  event.preventDefault();
  const { user, password } = event.target.elements;
  try {
    await api.logIn(user.value, password.value);
  } catch (error) {
    showError(error instanceof api.Refused ? textOf("wrongLogin") : reasonOf(error));
    return;
  }
  password.value = "";
  showError("");
  await refresh();
  // If the session ended in the meantime, the form has the focus.
  if (api.loggedIn()) byId("main").focus();
});

byId("logout").addEventListener("click", () => {
  api.logOut();
  showMessage("");
  showLogin();
});

byId("language").addEventListener("click", () => {
  toggle();
  translate();
  showMessage("");
  refresh();
});

byId("project").addEventListener("change", (event) => {
  Object.assign(selected, { project: Number(event.target.value), workflow: null, run: null, task: null });
  for (const part of ["runs", "run", "log"]) byId(`${part}-section`).hidden = true;
  refresh();
});

translate();
if (api.loggedIn()) refresh();
else showLogin();
