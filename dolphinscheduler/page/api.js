// The part of DolphinScheduler's REST API that the page uses. The session ends with the tab.

const BASE = "/dolphinscheduler";
const KEY = "kappastack.session";
const PAGE_SIZE = 100;

/** There is no session, or it has expired. */
export class LoggedOut extends Error {}

/** The server refused the request; the message is the server's. */
export class Refused extends Error {}

/** The user logged out, or logged in again, before the response arrived. */
export class Stale extends Error {}

/** The server did not respond, or responded with an HTTP error. */
export class Unreachable extends Error {}

export function loggedIn() {
  return sessionStorage.getItem(KEY) !== null;
}

export function logOut() {
  sessionStorage.removeItem(KEY);
}

async function call(method, path, fields = {}) {
  const form = new URLSearchParams(fields);
  const inQuery = method === "GET";
  const query = inQuery && form.size > 0 ? `?${form}` : "";
  const session = sessionStorage.getItem(KEY);
  let response;
  try {
    response = await fetch(`${BASE}${path}${query}`, {
      method,
      headers: { sessionId: session ?? "" },
      body: inQuery ? undefined : form,
      // The server sets a cookie too, which would keep the session after the tab is closed.
      credentials: "omit",
      cache: "no-store",
    });
  } catch {
    throw new Unreachable();
  }
  if (sessionStorage.getItem(KEY) !== session) throw new Stale();
  if (response.status === 401) {
    logOut();
    throw new LoggedOut();
  }
  if (!response.ok) throw new Unreachable();
  const document = await response.json();
  if (document.code !== 0) throw new Refused(document.msg);
  return document.data;
}

export async function logIn(user, password) {
  const data = await call("POST", "/login", { userName: user, userPassword: password });
  sessionStorage.setItem(KEY, data.sessionId);
}

async function list(path, fields = {}) {
  const data = await call("GET", path, { pageNo: 1, pageSize: PAGE_SIZE, ...fields });
  return data.totalList;
}

export function projects() {
  return list("/projects");
}

/** The workflows of a project, each with its `schedule` (or null) and its last `run` (or null), sorted by name. */
export async function workflows(project) {
  const [found, schedules] = await Promise.all([
    list(`/projects/${project}/process-definition`),
    call("POST", `/projects/${project}/schedules/list`),
  ]);
  const byCode = new Map(schedules.map((schedule) => [schedule.processDefinitionCode, schedule]));
  const last = await Promise.all(found.map((workflow) => runs(project, workflow.code, 1)));
  return found
    .map((workflow, index) => ({
      code: workflow.code,
      name: workflow.name,
      description: workflow.description,
      online: workflow.releaseState === "ONLINE",
      schedule: byCode.get(workflow.code) ?? null,
      run: last[index][0] ?? null,
    }))
    .sort((one, other) => one.name.localeCompare(other.name));
}

export function runs(project, workflow, limit) {
  return list(`/projects/${project}/process-instances`, { processDefineCode: workflow, pageSize: limit });
}

export async function tasks(project, run) {
  const data = await call("GET", `/projects/${project}/process-instances/${run}/tasks`);
  return data.taskList.sort((one, other) => one.id - other.id);
}

/** Maximum number of lines in one response of `log`. */
export const LOG_LINES = 1000;

/** Up to LOG_LINES lines of a task's log, from a line on. */
export async function log(task, skip) {
  const data = await call("GET", "/log/detail", {
    taskInstanceId: task,
    skipLineNum: skip,
    limit: LOG_LINES,
  });
  return data?.message ?? "";
}

/**
 * What the start dialog needs: names of the parameters, tasks that wait for other workflows (`waiting`), and the codes of
 * the other tasks if both kinds exist (`only`).
 */
export async function startForm(project, workflow) {
  const found = await call("GET", `/projects/${project}/process-definition/${workflow}`);
  const waiting = found.taskDefinitionList.filter((task) => task.taskType === "DEPENDENT");
  const others = found.taskDefinitionList.filter((task) => task.taskType !== "DEPENDENT");
  return {
    parameters: (found.processDefinition.globalParamList ?? []).map((parameter) => parameter.prop),
    waiting: waiting.map((task) => task.name),
    only: waiting.length > 0 && others.length > 0 ? others.map((task) => task.code) : [],
  };
}

/** Starts a workflow manually. A failure notifies the same alert group as a scheduled run. */
export function start(project, workflow, { parameters, only }) {
  const { schedule } = workflow;
  return call("POST", `/projects/${project}/executors/start-process-instance`, {
    processDefinitionCode: workflow.code,
    scheduleTime: "",
    failureStrategy: "CONTINUE",
    warningType: schedule?.warningType ?? "NONE",
    warningGroupId: schedule?.warningGroupId ?? 0,
    startParams: JSON.stringify(parameters),
    ...(only.length > 0 ? { startNodeList: only.join(","), taskDependType: "TASK_ONLY" } : {}),
  });
}

export function stop(project, run) {
  return call("POST", `/projects/${project}/executors/execute`, {
    processInstanceId: run,
    executeType: "STOP",
  });
}

export function setScheduled(project, schedule, on) {
  return call("POST", `/projects/${project}/schedules/${schedule}/${on ? "online" : "offline"}`);
}
