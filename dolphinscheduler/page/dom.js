// Helpers for the document. Texts are inserted as text, never as markup.

import { current, locale, textOf, stateName } from "./texts.js";

const KINDS = {
  SUCCESS: ["good", "✓"],
  FORCED_SUCCESS: ["good", "✓"],
  FAILURE: ["bad", "✗"],
  KILL: ["bad", "✗"],
  STOP: ["paused", "■"],
  SKIPPED: ["paused", "»"],
  PAUSE: ["paused", "❚❚"],
  BLOCK: ["paused", "■"],
};

export function byId(id) {
  return document.getElementById(id);
}

/** Creates an element with attributes, handlers (`onclick`) and children, which are elements or texts. */
export function element(tag, attributes, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (name.startsWith("on")) made.addEventListener(name.slice(2), value);
    else if (value === true) made.setAttribute(name, "");
    else if (value !== false && value !== undefined) made.setAttribute(name, value);
  }
  made.append(...children.filter((child) => child !== null));
  return made;
}

/** Creates a table with headings and rows, or a paragraph with `empty` if there are no rows. */
export function table(headings, rows, empty) {
  if (rows.length === 0) return element("p", {}, empty);
  const head = headings.map((heading) => element("th", { scope: "col" }, heading));
  return element(
    "table",
    {},
    element("thead", {}, element("tr", {}, ...head)),
    element("tbody", {}, ...rows),
  );
}

/** Replaces the content of a place. The focus stays on the same button. */
export function replace(place, content) {
  const focused = place.contains(document.activeElement) ? document.activeElement.dataset.key : undefined;
  place.replaceChildren(content);
  if (focused !== undefined) place.querySelector(`[data-key="${CSS.escape(focused)}"]`)?.focus();
}

/** Creates the mark of a state: name, sign and colour. */
export function stateMark(state) {
  const [kind, sign] = KINDS[state] ?? ["busy", "●"];
  return mark(kind, sign, stateName(state));
}

export function mark(kind, sign, text) {
  return element(
    "span",
    { class: `state ${kind}` },
    element("span", { "aria-hidden": "true" }, `${sign} `),
    text,
  );
}

/** Converts the server's time, which is UTC, to a Date. */
function moment(text) {
  return new Date(`${text.replace(" ", "T")}Z`);
}

/** Shows the server's time in the reader's time zone. */
export function time(text) {
  if (!text) return "—";
  const shown = moment(text).toLocaleString(locale(), { dateStyle: "short", timeStyle: "medium" });
  return element("time", { datetime: `${text.replace(" ", "T")}Z`, title: `${text} UTC` }, shown);
}

/** The duration from begin to end, or until now. */
export function duration(begin, end) {
  if (!begin) return "—";
  const seconds = Math.max(0, Math.round(((end ? moment(end) : new Date()) - moment(begin)) / 1000));
  const parts = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60, seconds % 60];
  const units = ["h", "min", "s"];
  const first = parts.findIndex((part) => part > 0);
  if (first === -1) return "0 s";
  return parts
    .map((part, index) => `${part} ${units[index]}`)
    .slice(first, first + 2)
    .join(" ");
}

/** Fills the fixed texts of the page. */
export function translate() {
  document.documentElement.lang = current();
  document.title = textOf("title");
  for (const place of document.querySelectorAll("[data-text]")) place.textContent = textOf(place.dataset.text);
  byId("language").textContent = textOf("otherLanguage");
  byId("language").lang = current() === "fr" ? "en" : "fr";
}
