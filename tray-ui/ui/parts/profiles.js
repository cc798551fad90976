// How text is written in single applications: the profiles of the settings file.

import { ask, attempt, say } from "../desk.js";
import { button, field, fileButton, h } from "../dom.js";
import { n, t } from "../i18n.js";
import { change, readSettings } from "../settings.js";

const KEY = "profile";

const styles = () => [
  ["", t("As elsewhere")],
  ["prose", t("Prose: letters, documents, forms")],
  ["email", t("E-mail: as prose")],
  ["chat", t("Chat: no full stop at the end")],
  ["code", t("Code: capitals only where spoken")],
  ["terminal", t("Terminal: no capitals, no marks by itself")],
  ["password", t("Never: nothing is heard there")],
];

// A profile as a row of a table: application, style, and words between commas.
const row = ({ application, style = "", words = [] }) => `${application}\t${style}\t${words.join(", ")}\n`;

function profileOf(line) {
  const [application, style, words] = line.split("\t").map((cell) => cell.trim());
  const profile = { application };
  if (style) profile.style = style;
  const list = (words ?? "").split(",").map((word) => word.trim()).filter(Boolean);
  if (list.length) profile.words = list;
  return profile;
}

/** The editor of all profiles. */
export async function profilesEditor() {
  const list = h("ul", { class: "cards", "aria-label": t("Applications") });
  const count = h("p", { class: "hint", role: "status" });
  const stored = async () => (await readSettings()).get(KEY)?.value ?? [];

  // What the controls say; an application without a name is not there yet.
  const shown = () =>
    [...list.children]
      .map((item) => {
        const read = (name) => item.querySelector(`[name="${name}"]`).value;
        const words = read("profile.words").split("\n").join(",");
        return profileOf([read("profile.application"), read("profile.style"), words].join("\t"));
      })
      .filter(({ application }) => application);

  const tell = (profiles) => {
    count.textContent = n("{n} application", "{n} applications", profiles.length);
  };
  // One after the other, so that the last one stands in the file.
  let saving = Promise.resolve();
  const save = () => {
    saving = saving.then(() => {
      const profiles = shown();
      tell(profiles);
      return change(KEY, profiles);
    });
    return saving;
  };

  function card({ application = "", style = "", words = [] }) {
    const name = h("input", { type: "text", name: "profile.application", autocomplete: "off", spellcheck: "false", value: application, onchange: save });
    const choice = h(
      "select",
      { name: "profile.style", onchange: save },
      styles().map(([value, label]) => h("option", { value }, label)),
    );
    choice.value = style;
    const area = h("textarea", { name: "profile.words", rows: Math.max(2, words.length), spellcheck: "false", value: words.join("\n"), onchange: save });
    const item = h(
      "li",
      {},
      field(t("Application"), name, t("Its name or a part of it, such as gedit.")),
      field(t("Style"), choice),
      field(t("Words to prefer there"), area, t("One word or phrase on each line.")),
    );
    const remove = button(
      t("Remove"),
      async () => {
        item.remove();
        await save();
        add.focus();
      },
      { class: "danger", "aria-label": t("Remove the application {name}", { name: application }) },
    );
    name.addEventListener("input", () => remove.setAttribute("aria-label", t("Remove the application {name}", { name: name.value })));
    item.append(h("div", { class: "row" }, remove));
    return item;
  }

  const show = (profiles) => {
    list.replaceChildren(...profiles.map(card));
    tell(profiles);
  };
  const add = button(t("Add an application"), () => {
    list.append(card({}));
    list.lastElementChild.querySelector("input").focus();
  });
  const out = button(t("Export"), () =>
    attempt(async () => {
      const path = await ask("export_profiles", { text: (await stored()).map(row).join("") });
      say(t("Written to {path}.", { path }));
    }),
  );
  const take = (imported) =>
    attempt(async () => {
      const lines = imported.split(/\r?\n/).filter((line) => line.trim() && !line.startsWith("#"));
      const fresh = lines.map(profileOf).filter(({ application }) => application);
      const names = new Set(fresh.map(({ application }) => application));
      const kept = (await stored()).filter(({ application }) => !names.has(application));
      await ask("set_setting", { key: KEY, value: [...kept, ...fresh] });
      show(await stored());
      say(n("{n} line was added.", "{n} lines were added.", fresh.length));
    });
  show(await stored());
  return h(
    "details",
    { class: "table-editor", "data-table": "profiles" },
    h("summary", {}, h("h3", {}, t("Applications")), count),
    h("p", { class: "hint" }, t("How text is written in single applications, and words that are said there.")),
    list,
    h("div", { class: "row" }, add, fileButton(t("Import a file"), take), out),
    h("p", { class: "hint" }, t("A file has one application on each line: its name, a tab, the style, a tab, and words between commas.")),
  );
}
