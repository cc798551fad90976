// Recording a key for push-to-talk, and seeing that it arrives.

import { attempt, onStatus, say } from "../desk.js";
import { button, h } from "../dom.js";
import { t } from "../i18n.js";
import { change, readSettings } from "../settings.js";

const KEY = "key.push_to_talk";

// Names of keys as X has them, by the names of the DOM.
const NAMES = new Map([
  ["Pause", "Pause"],
  ["ScrollLock", "Scroll_Lock"],
  ["ContextMenu", "Menu"],
  ["Insert", "Insert"],
  ["Home", "Home"],
  ["End", "End"],
  ["PageUp", "Page_Up"],
  ["PageDown", "Page_Down"],
  ["PrintScreen", "Print"],
  ["Space", "space"],
  ["CapsLock", "Caps_Lock"],
]);
const RIGHT_MODIFIERS = new Map([
  ["ControlRight", "Control_R"],
  ["AltRight", "Alt_R"],
  ["ShiftRight", "Shift_R"],
  ["MetaRight", "Super_R"],
]);

/** The key of an event as the settings write it; `null` for one that cannot be used. */
export function keyName(event) {
  let key = NAMES.get(event.code) ?? null;
  if (/^F\d{1,2}$/.test(event.code)) key = event.code;
  else if (/^Key[A-Z]$/.test(event.code)) key = /^[a-z]$/i.test(event.key) ? event.key.toUpperCase() : event.code.slice(3);
  else if (/^Digit\d$/.test(event.code)) key = event.code.slice(5);
  if (!key) return null;
  const modifiers = [
    [event.ctrlKey, "Control"],
    [event.altKey, "Alt"],
    [event.shiftKey, "Shift"],
    [event.metaKey, "Super"],
  ];
  const held = modifiers.filter(([down]) => down).map(([, name]) => name);
  const types = /^[A-Z0-9]$/.test(key) || key === "space";
  if (types && !held.some((name) => name !== "Shift")) return null;
  return [...held, key].join("+");
}

/** The recorder; `end` takes its listeners away. */
export async function shortcutRecorder() {
  const settings = await readSettings();
  const shown = h("p", { class: "big", role: "status" });
  let current = settings.get(KEY)?.value ?? "";
  const put = () => shown.replaceChildren(current ? h("kbd", { translate: "no" }, current) : t("No key yet"));
  put();
  const advice = h("p", { class: "hint", role: "status" });
  let recording = false;
  const finish = (text) => {
    recording = false;
    record.setAttribute("aria-pressed", "false");
    record.textContent = t("Record a key");
    advice.textContent = text;
  };
  const set = async (name) => {
    const before = current;
    current = name;
    put();
    finish("");
    await attempt(async () => {
      await change(KEY, name || undefined);
    });
    if (name && name !== before) say(t("The key is {key} now: hold it while you speak.", { key: name }));
  };
  const down = (event) => {
    if (!recording) return;
    event.preventDefault();
    event.stopPropagation();
    if (event.code === "Escape") {
      finish(t("Nothing was changed."));
      return;
    }
    const name = keyName(event);
    if (name) set(name);
    else if (!["Control", "Alt", "Shift", "Meta", "AltGraph"].includes(event.key)) {
      advice.textContent = t("This key writes text: hold Control, Alt or Super with it, or take a function key.");
    }
  };
  const up = (event) => {
    if (!recording) return;
    event.preventDefault();
    const name = RIGHT_MODIFIERS.get(event.code);
    if (name) set(name);
  };
  const record = button(
    t("Record a key"),
    () => {
      recording = !recording;
      record.setAttribute("aria-pressed", String(recording));
      record.textContent = recording ? t("Press the key now") : t("Record a key");
      advice.textContent = recording ? t("Good keys are Pause, F9 or the right Control key. Escape leaves it as it was.") : "";
    },
    { class: "main record", "aria-pressed": "false" },
  );
  const clear = button(t("Use no key"), () => set(""));
  window.addEventListener("keydown", down, true);
  window.addEventListener("keyup", up, true);
  const box = h("div", {}, shown, h("div", { class: "row" }, record, clear), advice);
  return {
    box,
    end: () => {
      window.removeEventListener("keydown", down, true);
      window.removeEventListener("keyup", up, true);
    },
  };
}

/** What arrived of the key since this was made. */
export function keyWatch() {
  const names = ["Presses", "Releases", "Toggles"];
  const counts = new Map(names.map((name) => [name, h("dd", { "data-count": name })]));
  const verdict = h("p", { role: "status" });
  let first = null;
  const end = onStatus((status) => {
    if (!status.reachable) return;
    const now = names.map((name) => status[`Keys1.${name}`] ?? 0);
    first ??= now;
    const [presses, releases, toggles] = now.map((count, idx) => count - first[idx]);
    counts.get("Presses").textContent = String(presses);
    counts.get("Releases").textContent = String(releases);
    counts.get("Toggles").textContent = String(toggles);
    let text = t("Press your key: what arrives is counted here.");
    verdict.className = "hint";
    if (presses && releases) {
      text = t("Press and release arrive: hold the key while you speak.");
      verdict.className = "good";
    } else if (presses) text = t("The press arrived: let go of the key.");
    else if (toggles) {
      text = t("Presses arrive without releases: press once to start and once to end.");
      verdict.className = "good";
    }
    if (verdict.textContent !== text) verdict.textContent = text;
  });
  const box = h(
    "div",
    {},
    verdict,
    h(
      "dl",
      { class: "counts" },
      h("dt", {}, t("Presses")),
      counts.get("Presses"),
      h("dt", {}, t("Releases")),
      counts.get("Releases"),
      h("dt", {}, t("Start and stop in one key")),
      counts.get("Toggles"),
    ),
  );
  return { box, end };
}

/** What one has to do on a desktop, as sentences. */
export function desktopAdvice({ desktop, wayland }) {
  const name = desktop.toUpperCase();
  if (!wayland) {
    return [t("In this X11 session Sotto sees the recorded key itself, in every application: there is nothing else to do.")];
  }
  const portal = t("The desktop asks you once whether Sotto may have the key; it can give it another one there.");
  const bind = t("In the keyboard settings of the desktop, bind a key to the command below: each press starts or ends listening.");
  if (name.includes("KDE")) return [portal];
  if (name.includes("GNOME")) return [portal, t("GNOME before version 48 cannot do this. There:"), bind];
  if (name.includes("HYPRLAND")) return [portal, t("Then bind the shortcut in the configuration of Hyprland.")];
  if (name.includes("SWAY") || name.includes("NIRI") || name.includes("WLROOTS")) {
    return [t("Bind the press of a key to \"sotto press\" and its release to \"sotto release\" in the configuration of the compositor.")];
  }
  return [t("This desktop may not let programs have keys of their own. Then:"), bind];
}

/** A command to copy. */
export function command(text) {
  return h(
    "div",
    { class: "row" },
    h("kbd", { translate: "no" }, text),
    button(t("Copy"), () => attempt(() => navigator.clipboard.writeText(text), t("Copied.")), {
      "aria-label": t("Copy {text}", { text }),
    }),
  );
}
