// A field to dictate into, with a button that starts and ends it.

import { ask, attempt, onStatus } from "../desk.js";
import { button, h, field, levelBar } from "../dom.js";
import { t } from "../i18n.js";
import { isListening } from "../state.js";

/** The field; `end` stops following the state. */
export function tryBox() {
  const text = h("textarea", { rows: 3, class: "try", name: "try", spellcheck: "false" });
  const { meter, show } = levelBar(t("Loudness of the dictation"));
  const start = button(t("Start listening"), async () => {
    text.focus();
    await attempt(() => ask("tell", { order: "toggle" }));
  });
  // A pressed mouse button would take the caret out of the field, and dictation ends where the caret leaves.
  start.addEventListener("mousedown", (event) => event.preventDefault());
  const end = onStatus((status) => {
    const listening = isListening(status);
    start.textContent = listening ? t("Stop listening") : t("Start listening");
    start.disabled = !status.reachable;
    start.setAttribute("aria-pressed", String(listening));
    show(listening ? status["Dictation1.Level"] : -120);
  });
  const box = h(
    "div",
    { class: "try-box" },
    field(t("Dictate here"), text, t("Start listening or hold your shortcut, speak a sentence, and watch it arrive.")),
    h("div", { class: "row" }, start, meter),
  );
  return { box, end, text };
}
