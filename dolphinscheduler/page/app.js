// The operator's page: what it shows, and what its buttons do.

import * as api from "./api.js";
import { byId, element, replace, table, translate } from "./dom.js";
import { ended, runRow, taskRow, workflowRow } from "./rows.js";
import { askForRange } from "./start.js";
import { current, locale, say, toggle } from "./texts.js";

const REFRESH_MS = 5000;
const RUNS = 20;

/** What is looked at. `workflow`, `run` and `task` are null until one is chosen. */
const chosen = { project: null, workflow: null, run: null, task: null };
/** What was last shown, so that an answer that says the same changes nothing on the page. */
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
  if (error instanceof api.LoggedOut) return say("expired");
  if (error instanceof api.Refused) return say("refused", { reason: error.message });
  if (error instanceof api.Unreachable) return say("unreachable");
  if (error instanceof api.Stale) return "";
  throw error;
}

/** Do what a button says, tell how it went, and look again. */
async function act(action, done) {
  showMessage("");
  try {
    await action();
    showError("");
    showMessage(done);
  } catch (error) {
    showError(reasonOf(error));
    if (error instanceof api.LoggedOut) showLogin();
    return;
  }
  await refresh();
}

function showLogin() {
  clearTimeout(timer);
  Object.assign(chosen, { project: null, workflow: null, run: null, task: null });
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

/** Ask for everything that is shown; one at a time. */
function refresh() {
  refreshing ??= look().finally(() => {
    refreshing = null;
  });
  return refreshing;
}

async function look() {
  clearTimeout(timer);
  if (!api.loggedIn()) return;
  try {
    await showProjects();
    if (chosen.project !== null) await showWorkflows();
    if (chosen.workflow !== null) await showRuns();
    if (chosen.run !== null) await showTasks();
    if (chosen.task !== null) await showLog();
    showError("");
    const now = new Date().toLocaleTimeString(locale());
    byId("refreshed").textContent = say("refreshed", { time: now });
  } catch (error) {
    if (error instanceof api.Stale) return look();
    showError(reasonOf(error));
    if (error instanceof api.LoggedOut) {
      return showLogin();
    }
  }
  timer = setTimeout(refreshIfSeen, REFRESH_MS);
}

function refreshIfSeen() {
  if (document.hidden) timer = setTimeout(refreshIfSeen, REFRESH_MS);
  else refresh();
}

/** Whether a part has something new to show. */
function changed(part, ...data) {
  const text = JSON.stringify([current(), data]);
  if (shown.get(part) === text) return false;
  shown.set(part, text);
  return true;
}

async function showProjects() {
  const projects = await api.projects();
  showContent();
  if (!projects.some((project) => project.code === chosen.project)) {
    Object.assign(chosen, { project: projects[0]?.code ?? null, workflow: null, run: null, task: null });
  }
  if (projects.length === 0) replace(byId("workflows"), element("p", {}, say("noProject")));
  if (!changed("projects", projects, chosen.project)) return;
  const options = projects.map((project) =>
    element("option", { value: project.code, selected: project.code === chosen.project }, project.name),
  );
  byId("project").replaceChildren(...options);
}

async function showWorkflows() {
  const workflows = await api.workflows(chosen.project);
  if (!workflows.some((workflow) => workflow.code === chosen.workflow?.code)) {
    Object.assign(chosen, { workflow: null, run: null, task: null });
    for (const part of ["runs", "run", "log"]) byId(`${part}-section`).hidden = true;
  }
  const running = workflows.some((workflow) => workflow.run && !ended(workflow.run));
  if (!changed("workflows", workflows, chosen.workflow?.code, running && Date.now())) return;
  const headings = ["workflow", "schedule", "state", "lastRun", "actions"].map((key) => say(key));
  replace(
    byId("workflows"),
    table(
      headings,
      workflows.map((each) => workflowRow(each, chosen.workflow?.code, { open, start, setScheduled })),
      say("noWorkflow"),
    ),
  );
}

function open(workflow) {
  Object.assign(chosen, { workflow, run: null, task: null });
  byId("run-section").hidden = true;
  byId("log-section").hidden = true;
  showAndGoTo("runs");
}

/** Show a part as soon as it is filled, and take the reader there. */
async function showAndGoTo(part) {
  await refresh();
  await refresh();
  byId(`${part}-title`).focus();
}

async function showRuns() {
  const { project, workflow } = chosen;
  const runs = await api.runs(project, workflow.code, RUNS);
  if (workflow !== chosen.workflow) return;
  byId("runs-section").hidden = false;
  byId("runs-title").textContent = say("runsOf", { name: workflow.name });
  const newest = runs.find((run) => run.id === chosen.run?.id);
  if (newest) chosen.run = newest;
  const running = runs.some((run) => !ended(run));
  if (!changed("runs", runs, chosen.run?.id, running && Date.now())) return;
  const headings = ["run", "state", "startedBy", "begin", "duration", "actions"].map((key) => say(key));
  replace(
    byId("runs"),
    table(
      headings,
      runs.map((each) => runRow(each, chosen.run?.id, { open: openRun, stop })),
      say("noRun"),
    ),
  );
}

function openRun(run) {
  Object.assign(chosen, { run, task: null });
  byId("log-section").hidden = true;
  showAndGoTo("run");
}

function openTask(task) {
  chosen.task = task;
  shown.delete("log");
  showAndGoTo("log");
}

async function showTasks() {
  const { project, workflow, run } = chosen;
  const tasks = await api.tasks(project, run.id);
  if (run !== chosen.run) return;
  byId("run-section").hidden = false;
  byId("run-title").textContent = say("tasksOf", { id: run.id, name: workflow.name });
  const newest = tasks.find((task) => task.id === chosen.task?.id);
  if (newest) chosen.task = newest;
  const running = tasks.some((task) => !ended(task));
  if (!changed("tasks", tasks, chosen.task?.id, running && Date.now())) return;
  const headings = ["task", "attempt", "state", "begin", "duration", "log"].map((key) => say(key));
  replace(
    byId("tasks"),
    table(
      headings,
      tasks.map((each) => taskRow(each, chosen.task?.id, { open: openTask })),
      say("noTask"),
    ),
  );
}

async function showLog() {
  const { task } = chosen;
  const parts = [];
  let lines = 0;
  for (;;) {
    const part = await api.log(task.id, lines);
    const count = part.split("\n").length - 1;
    parts.push(part);
    if (count < 1000) break;
    lines += 1000;
  }
  if (task !== chosen.task) return;
  const text = parts.join("");
  byId("log-section").hidden = false;
  byId("log-title").textContent = say("logOf", { name: task.name, attempt: task.retryTimes + 1 });
  if (!changed("log", task.id, text)) return;
  const place = byId("log");
  const atEnd = place.scrollTop + place.clientHeight >= place.scrollHeight - 4;
  place.textContent = text || say("emptyLog");
  if (atEnd) place.scrollTop = place.scrollHeight;
}

async function start(workflow) {
  const { project } = chosen;
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
  const order = { parameters, only: form.only };
  act(() => api.start(project, workflow, order), say("started", { name: workflow.name }));
}

function setScheduled(workflow, on) {
  const { name, schedule } = workflow;
  act(
    () => api.setScheduled(chosen.project, schedule.id, on),
    say(on ? "resumedNow" : "pausedNow", { name }),
  );
}

function stop(run) {
  const { id } = run;
  if (!confirm(say("confirmStop", { id }))) return;
  act(() => api.stop(chosen.project, id), say("stopping", { id }));
}

byId("login").addEventListener("submit", async (event) => {
  event.preventDefault();
  const { user, password } = event.target.elements;
  try {
    await api.logIn(user.value, password.value);
  } catch (error) {
    showError(error instanceof api.Refused ? say("wrongLogin") : reasonOf(error));
    return;
  }
  password.value = "";
  showError("");
  await refresh();
  // The session may have ended again: the form has the focus then.
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
  Object.assign(chosen, { project: Number(event.target.value), workflow: null, run: null, task: null });
  for (const part of ["runs", "run", "log"]) byId(`${part}-section`).hidden = true;
  refresh();
});

translate();
if (api.loggedIn()) refresh();
else showLogin();
