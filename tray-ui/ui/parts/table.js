// One of the user's tables: a plain text file, edited as it is.

import { ask, attempt, say } from "../desk.js";
import { button, field, fileButton, h } from "../dom.js";
import { n, t } from "../i18n.js";

const entries = (text) => text.split("\n").filter((line) => line.trim() && !line.startsWith("#")).length;

/** The editor of a table. Its rows are lines; what a line holds is told by `hint`. */
export async function tableEditor(name, label, hint) {
  const text = await ask("read_table", { name });
  const area = h("textarea", {
    class: "table",
    name: `table.${name}`,
    rows: Math.min(14, Math.max(4, text.split("\n").length + 1)),
    spellcheck: "false",
    value: text,
  });
  const count = h("p", { class: "hint", role: "status" });
  const tell = () => {
    count.textContent = n("{n} entry", "{n} entries", entries(area.value));
  };
  tell();
  const save = async () => {
    tell();
    const kept = area.value === "" || area.value.endsWith("\n") ? area.value : `${area.value}\n`;
    await attempt(() => ask("write_table", { name, text: kept }), t("Saved."));
  };
  // Tab writes a tab, as cells are separated by it; Escape then Tab leaves the field.
  let leaving = false;
  area.addEventListener("keydown", (event) => {
    if (event.key === "Escape") leaving = true;
    else if (event.key === "Tab" && !event.shiftKey && !leaving && name !== "words") {
      event.preventDefault();
      area.setRangeText("\t", area.selectionStart, area.selectionEnd, "end");
    } else if (event.key !== "Tab" && event.key !== "Shift") leaving = false;
  });
  area.addEventListener("blur", () => {
    leaving = false;
  });
  const take = (imported) =>
    attempt(async () => {
      const added = imported.replaceAll("\r\n", "\n");
      const known = new Set(area.value.split("\n"));
      const fresh = added.split("\n").filter((line) => line.trim() && !known.has(line));
      area.value = [area.value.replace(/\n+$/, ""), ...fresh].filter(Boolean).join("\n");
      await save();
      say(n("{n} line was added.", "{n} lines were added.", fresh.length));
    });
  const out = button(t("Export"), () =>
    attempt(async () => {
      const path = await ask("export_table", { name });
      say(t("Written to {path}.", { path }));
    }),
  );
  const tabs = name === "words" ? null : h("p", { class: "hint" }, t("Tab writes a tab. To leave the field by keyboard, press Escape and then Tab."));
  return h(
    "details",
    { class: "table-editor", "data-table": name },
    h("summary", {}, h("h3", {}, label), count),
    field(label, area, hint),
    tabs,
    h("div", { class: "row" }, button(t("Save"), save, { class: "main" }), fileButton(t("Import a file"), take), out),
    h("p", { class: "hint" }, t("Imported lines are added to those here.")),
  );
}
