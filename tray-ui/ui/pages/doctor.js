// What works on this desktop, and what mends the rest.

import { ask, attempt, say } from "../desk.js";
import { button, h, section } from "../dom.js";
import { language, t } from "../i18n.js";
import { readSettings } from "../settings.js";

export const title = () => t("Doctor");

const names = () =>
  new Map([
    ["model", t("Speech model")],
    ["microphone", t("Microphone")],
    ["daemon", t("Sotto itself")],
    ["input method", t("Input method")],
    ["applications", t("Applications")],
    ["ibus", "IBus"],
    ["desktop", t("Desktop")],
    ["chromium", "Chromium"],
    ["flatpak", "Flatpak"],
    ["tray", t("Tray icon")],
    ["start", t("Start")],
    ["installations", t("Installations")],
    ["folders", t("Folders")],
    ["clipboard", t("Clipboard")],
    ["keyboard", t("The desktop's portal as a keyboard")],
    ["push-to-talk", t("Push-to-talk key")],
    ["tables", t("Your own words and texts")],
  ]);

// What mends a finding: a page, or a call.
const pages = new Map([
  ["install-model", ["#models", () => t("Choose a model")]],
  ["choose-microphone", ["#microphone", () => t("Choose a microphone")]],
  ["record-shortcut", ["#shortcut", () => t("Choose a key")]],
  ["edit-tables", ["#text", () => t("Edit them")]],
  ["switch-on-autostart", ["#settings", () => t("Settings")]],
]);
const calls = new Map([
  ["start-ibus", () => t("Start the input method")],
  ["set-environment", () => t("Set it for the next login")],
]);

/** The daemon's words as a sentence: programs, paths and names of models keep their letters. */
function asSentence(text) {
  return /^\p{Ll}+(?=[ ,;]|$)/u.test(text) ? text[0].toLocaleUpperCase(language()) + text.slice(1) : text;
}

/** What leads on where nothing is broken: an empty string where nothing does. */
function wayOn({ check, status, remedy: told }, hasKey) {
  if (told) return told;
  if (check === "start" && status === "optional") return "switch-on-autostart";
  if (check === "push-to-talk" && !hasKey) return "record-shortcut";
  return "";
}

function remedy(finding, examine) {
  if (pages.has(finding.remedy)) {
    const [href, label] = pages.get(finding.remedy);
    return h("a", { class: "button", href }, label());
  }
  if (calls.has(finding.remedy)) {
    return button(calls.get(finding.remedy)(), () =>
      attempt(async () => {
        await ask("mend", { remedy: finding.remedy });
        say(finding.remedy === "set-environment" ? t("Done: log out and in again.") : t("Done."));
        await examine();
      }),
    );
  }
  return null;
}

function badge(status) {
  if (status === "ok") return h("span", { class: "badge good" }, t("Works"));
  if (status === "optional") return h("span", { class: "badge" }, t("Optional"));
  return h("span", { class: "badge problem" }, t("Problem"));
}

export async function render(page) {
  const list = h("ul", { class: "cards", "aria-label": t("Findings"), "aria-live": "polite" });
  const verdict = h("p", { class: "big", role: "status" });
  const report = h("pre", { translate: "no", tabindex: "0", "aria-label": t("Report") });
  report.hidden = true;
  const examine = async () => {
    const [findings, settings] = await Promise.all([ask("examine"), readSettings()]);
    const hasKey = Boolean(settings.get("key.push_to_talk")?.value);
    const known = names();
    const wrong = findings.filter(({ status }) => status === "problem").length;
    verdict.textContent = wrong ? t("Something needs your attention") : t("Everything works");
    const order = ["problem", "ok", "optional"];
    const inOrder = [...findings].sort((a, b) => order.indexOf(a.status) - order.indexOf(b.status));
    list.replaceChildren(
      ...inOrder.map((finding) => {
        return h(
          "li",
          { "data-check": finding.check, "data-status": finding.status },
          h(
            "div",
            { class: "row" },
            h("h3", {}, known.get(finding.check) ?? finding.check),
            badge(finding.status),
          ),
          h("p", {}, asSentence(finding.sentence)),
          remedy({ ...finding, remedy: wayOn(finding, hasKey) }, examine),
        );
      }),
    );
  };
  page.append(
    section(t("Findings"), verdict, list, h("div", { class: "row" }, button(t("Check again"), () => attempt(examine, t("Checked."))))),
    section(
      t("Report"),
      h("p", {}, t("For asking for help: versions and findings, without your name and folders.")),
      h(
        "div",
        { class: "row" },
        button(t("Show the report"), () =>
          attempt(async () => {
            report.textContent = await ask("report");
            report.hidden = false;
          }),
        ),
        button(t("Copy the report"), () =>
          attempt(async () => navigator.clipboard.writeText(await ask("report")), t("Copied.")),
        ),
      ),
      report,
    ),
  );
  await examine();
  return null;
}
