// Habits, and every other setting by its name.

import { ask, attempt } from "../desk.js";
import { button, field, h, section } from "../dom.js";
import { t } from "../i18n.js";
import { any, change, number, readSettings, toggle } from "../settings.js";

export const title = () => t("Settings");

export async function render(page, beginning) {
  const [settings, starts] = await Promise.all([readSettings(), ask("autostart")]);
  const autostart = h("input", {
    type: "checkbox",
    role: "switch",
    name: "autostart",
    checked: starts,
    onchange: () => attempt(() => ask("set_autostart", { on: autostart.checked })),
  });
  const row = (key) => {
    const control = any(settings, key);
    if (!control) return null;
    const { value, standard } = settings.get(key);
    const reset = button(
      t("Default"),
      async () => {
        await change(key, undefined);
        page.replaceChildren();
        await render(page, beginning);
      },
      { "aria-label": t("Reset {key} to its default", { key }) },
    );
    reset.disabled = JSON.stringify(value) === JSON.stringify(standard);
    control.setAttribute("translate", "no");
    return h("div", { class: "setting" }, control, reset);
  };
  page.append(
    section(
      t("Habits"),
      field(t("Start Sotto with the session"), autostart),
      toggle(settings, "feedback.cues", t("Sounds when the microphone opens and closes")),
      toggle(settings, "feedback.notifications", t("Notifications for what needs your attention")),
      toggle(settings, "delivery.clipboard", t("Put text that could not be inserted on the clipboard")),
      number(settings, "listening.stop_after_silence_s", t("Stop after this many seconds of silence"), {
        max: 600,
        hint: t("Only when no key is held. 0 never stops."),
      }),
    ),
    section(
      t("More"),
      h("p", {}, t("Where each subject has its settings:")),
      h(
        "div",
        { class: "row" },
        [
          ["#shortcut", t("Push-to-talk")],
          ["#microphone", t("Microphone")],
          ["#models", t("Models")],
          ["#text", t("Text")],
          ["#history", t("History")],
          ["#welcome", t("First steps")],
        ].map(([href, label]) => h("a", { class: "button", href }, label)),
      ),
    ),
    h(
      "section",
      { "aria-labelledby": "all-settings" },
      h(
        "details",
        {},
        h("summary", {}, h("h2", { id: "all-settings" }, t("Every setting"))),
        h("p", { class: "hint" }, t("As the settings file names them.")),
        [...settings.keys()].map(row),
      ),
    ),
    h("p", { class: "hint" }, t("Sotto {version}", { version: beginning.version })),
  );
  return null;
}
