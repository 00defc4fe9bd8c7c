// The dialog before a workflow is run by hand.

import { byId } from "./dom.js";
import { say } from "./texts.js";

/** Ask for a range where the workflow has one. The parameters to give it, or null where the reader thinks better. */
export function askForRange(name, { parameters, waiting, only }) {
  const dialog = byId("start");
  const form = dialog.querySelector("form");
  form.reset();
  byId("start-title").textContent = say("startOf", { name });
  byId("start-note").textContent =
    only.length > 0 ? say("withoutWaiting", { names: waiting.join(", ") }) : "";
  byId("start-range").hidden = !(parameters.includes("from") && parameters.includes("to"));
  showComplaint("");
  return new Promise((resolve) => {
    let answer = null;
    form.onsubmit = (event) => {
      event.preventDefault();
      const from = instant(form.elements.from.value);
      const to = instant(form.elements.to.value);
      const complaint = complaintOf(from, to);
      showComplaint(complaint);
      if (complaint !== "") return;
      answer = from === "" ? {} : { from, to };
      dialog.close();
    };
    byId("start-cancel").onclick = () => dialog.close();
    dialog.onclose = () => resolve(answer);
    dialog.showModal();
  });
}

/** The value of a date and time field as an instant of UTC, or nothing. */
function instant(value) {
  return value === "" ? "" : `${value.slice(0, 16)}:00Z`;
}

function complaintOf(from, to) {
  if ((from === "") !== (to === "")) return say("rangeHalf");
  return from !== "" && from >= to ? say("rangeOrder") : "";
}

function showComplaint(text) {
  byId("start-error").textContent = text;
  byId("start-error").hidden = text === "";
}
