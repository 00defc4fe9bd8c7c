// The dialog for a manual start of a workflow.

import { byId } from "./dom.js";
import { textOf } from "./texts.js";

/** Opens the dialog. Resolves to the start parameters (a range or none), or to null after a cancel. */
export function askForRange(name, { parameters, waiting, only }) {
  const dialog = byId("start");
  const form = dialog.querySelector("form");
  form.reset();
  byId("start-title").textContent = textOf("startOf", { name });
  byId("start-note").textContent =
    only.length > 0 ? textOf("withoutWaiting", { names: waiting.join(", ") }) : "";
  byId("start-range").hidden = !(parameters.includes("from") && parameters.includes("to"));
  showProblem("");
  return new Promise((resolve) => {
    let parametersToUse = null;
    form.onsubmit = (event) => {
      event.preventDefault();
      const from = instant(form.elements.from.value);
      const to = instant(form.elements.to.value);
      const problem = problemOf(from, to);
      showProblem(problem);
      if (problem !== "") return;
      parametersToUse = from === "" ? {} : { from, to };
      dialog.close();
    };
    byId("start-cancel").onclick = () => dialog.close();
    dialog.onclose = () => resolve(parametersToUse);
    dialog.showModal();
  });
}

/** Converts the value of a date and time field, which users enter in UTC, to ISO 8601; an empty value stays empty. */
function instant(value) {
  return value === "" ? "" : `${value.slice(0, 16)}:00Z`;
}

function problemOf(from, to) {
  if ((from === "") !== (to === "")) return textOf("rangeHalf");
  return from !== "" && from >= to ? textOf("rangeOrder") : "";
}

function showProblem(text) {
  byId("start-error").textContent = text;
  byId("start-error").hidden = text === "";
}
