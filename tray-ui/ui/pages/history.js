// What was dictated, where the user wants it kept.

import { ask, attempt } from "../desk.js";
import { button, field, h, section } from "../dom.js";
import { language, n, t } from "../i18n.js";
import { number, readSettings, toggle } from "../settings.js";

export const title = () => t("History");

export async function render(page) {
  const settings = await readSettings();
  const list = h("ol", { class: "cards", "aria-label": t("Dictated texts") });
  const count = h("p", { role: "status", class: "hint" });
  const search = h("input", { type: "search", name: "search", autocomplete: "off" });
  const time = new Intl.DateTimeFormat(language(), { dateStyle: "medium", timeStyle: "short" });
  const show = () =>
    attempt(async () => {
      const { entries, n_found: found } = await ask("history", { query: search.value });
      count.textContent = found ? n("{n} text", "{n} texts", found) : t("There is nothing here.");
      list.hidden = entries.length === 0;
      list.replaceChildren(
        ...entries.map(({ at_ms: at, text }) => {
          const when = time.format(new Date(at));
          return h(
            "li",
            {},
            h("p", { class: "hint" }, h("time", { datetime: new Date(at).toISOString() }, when)),
            h("p", { class: "dictated" }, text),
            h(
              "div",
              { class: "row" },
              button(t("Copy"), () => attempt(() => navigator.clipboard.writeText(text), t("Copied.")), {
                "aria-label": t("Copy the text of {time}", { time: when }),
              }),
              button(
                t("Delete"),
                () => attempt(async () => {
                  await ask("delete_history", { atMs: at });
                  await show();
                  search.focus();
                }),
                { class: "danger", "aria-label": t("Delete the text of {time}", { time: when }) },
              ),
            ),
          );
        }),
      );
    });
  search.addEventListener("input", show);
  const all = button(
    t("Delete everything"),
    () => {
      if (all.dataset.sure) {
        delete all.dataset.sure;
        all.textContent = t("Delete everything");
        return attempt(async () => {
          await ask("delete_history", { atMs: null });
          await show();
        }, t("Everything was deleted."));
      }
      all.dataset.sure = "yes";
      all.textContent = t("Really delete everything");
      return undefined;
    },
    { class: "danger" },
  );
  page.append(
    section(
      t("What is kept"),
      toggle(
        settings,
        "history.enabled",
        t("Keep dictated texts"),
        t("Off at first. Texts are kept on this computer, in a file that only you can read, and never from password or private fields."),
      ),
      number(settings, "history.retention_days", t("Delete after this many days"), { min: 1, max: 3650 }),
    ),
    section(t("Texts"), field(t("Search"), search), count, list, h("div", { class: "row" }, all)),
  );
  await show();
  return null;
}
