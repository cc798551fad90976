// How recognized words are written, and the user's own tables.

import { attempt } from "../desk.js";
import { field, h, section } from "../dom.js";
import { t } from "../i18n.js";
import { profilesEditor } from "../parts/profiles.js";
import { tableEditor } from "../parts/table.js";
import { any, readSettings, toggle } from "../settings.js";

export const title = () => t("Text");

const rules = () => [
  ["text.punctuation", t("Marks and capitals that the model finds by itself")],
  ["text.spoken_punctuation", t("Spoken marks: \"comma\", \"new paragraph\", \"open quote\"")],
  ["text.commands", t("Editing by voice: \"scratch that\", \"correct …\", \"select …\"")],
  ["text.names_around", t("Prefer names that stand around the caret"), t("They are kept in memory for one utterance only.")],
];

const numbers = () => [
  ["cardinal", t("Numbers")],
  ["ordinal", t("Ordinal numbers")],
  ["decimal", t("Decimal numbers")],
  ["money", t("Amounts of money")],
  ["date", t("Dates")],
  ["time", t("Times of day")],
  ["phone", t("Telephone numbers")],
  ["percent", t("Percentages")],
  ["measure", t("Measures")],
  ["fraction", t("Fractions")],
  ["version", t("Versions")],
  ["address", t("E-mail and web addresses")],
  ["title", t("Titles before names")],
  ["abbreviation", t("Abbreviations: \"for example\" as \"e.g.\"")],
];

export async function render(page) {
  const settings = await readSettings();
  const known = new Set();
  const switches = (list, prefix = "") =>
    list.map(([name, label, hint]) => {
      known.add(prefix + name);
      return toggle(settings, prefix + name, label, hint);
    });
  const marks = switches(rules());
  const forms = switches(numbers(), "text.numbers.");
  const others = [...settings.keys()].filter((key) => key.startsWith("text.") && !known.has(key));
  page.append(
    section(t("Marks and commands"), marks, others.map((key) => any(settings, key))),
    section(t("Written as figures"), forms),
  );
  const own = section(t("Your own words and texts"));
  page.append(own);
  own.append(
    await tableEditor("words", t("Words and names"), t("One word or phrase on each line, such as a name; \" :2.5\" at the end gives it more weight.")),
    await tableEditor("replacements", t("Replacements"), t("Spoken words, a tab, and what is written for them.")),
    await tableEditor("snippets", t("Snippets"), t("Spoken words, a tab, and a longer text; \\n breaks the line, {date} and {clipboard} are filled in.")),
    await profilesEditor(),
    await tableEditor("learned", t("Learned corrections"), t("Corrections that Sotto has learned from you; delete lines that are wrong.")),
  );
  const language = h("select", { name: "spoken-language" }, ["en", "de", "fr", "es"].map((code) =>
    h("option", { value: code }, new Intl.DisplayNames([document.documentElement.lang], { type: "language" }).of(code))));
  const place = h("div");
  const show = () =>
    attempt(async () => {
      place.replaceChildren(
        await tableEditor(`spoken.${language.value}`, t("Spoken marks"), t("Spoken name, a tab, the action, a tab, and what is written.")),
      );
    });
  language.addEventListener("change", show);
  await show();
  own.append(field(t("Language of the spoken marks"), language), place);
  return null;
}
