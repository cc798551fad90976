// What Sotto is doing, and a field to try it in.

import { ask, attempt, currentStatus, on, onStatus } from "../desk.js";
import { button, h, section } from "../dom.js";
import { t } from "../i18n.js";
import { tryBox } from "../parts/try.js";
import { stateSentence } from "../state.js";

export const title = () => t("Home");

export async function render(page) {
  const state = h("p", { class: "big" });
  const model = h("dd");
  const microphone = h("dd");
  const pause = button(t("Pause"), () =>
    attempt(() => ask("tell", { order: pause.getAttribute("aria-pressed") === "true" ? "resume" : "pause" })),
  );
  const { box, end } = tryBox();
  let names = new Map();
  const showModel = (status) => {
    const id = status["Dictation1.Model"];
    model.textContent = names.get(id) || id || t("None yet");
  };
  const learnNames = async () => {
    const installed = await ask("installed_models").catch(() => []);
    names = new Map(installed.map(({ id, name }) => [id, name]));
    showModel(currentStatus());
  };
  const forget = on("list", (list) => list === "Models1" && learnNames());
  const stop = onStatus((status) => {
    state.textContent = stateSentence(status);
    state.dataset.state = status["Dictation1.State"] ?? "absent";
    showModel(status);
    microphone.textContent = status["Dictation1.Device"] || t("Closed");
    const paused = Boolean(status["Keys1.Paused"]);
    pause.setAttribute("aria-pressed", String(paused));
    pause.textContent = paused ? t("Resume") : t("Pause");
    pause.disabled = !status.reachable;
  });
  page.append(
    section(
      t("Now"),
      state,
      h("dl", {}, h("dt", {}, t("Speech model")), model, h("dt", {}, t("Microphone")), microphone),
      h("div", { class: "row" }, pause, h("a", { class: "button", href: "#welcome" }, t("First steps"))),
    ),
    section(t("Try it"), box),
    h(
      "p",
      { class: "hint" },
      t("Sound and text stay on this computer. The microphone is open only while you dictate, or while you look at its level."),
    ),
  );
  await learnNames();
  return () => {
    forget();
    stop();
    end();
  };
}
