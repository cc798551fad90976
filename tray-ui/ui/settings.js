// Settings of the daemon as controls.

import { ask, attempt } from "./desk.js";
import { field, h } from "./dom.js";

/** Every setting by its key: its value and its default. */
export async function readSettings() {
  const settings = await ask("settings");
  return new Map(
    settings.map(({ key, value, default: standard }) => [key, { value: JSON.parse(value), standard: JSON.parse(standard) }]),
  );
}

/** Gives a setting a value, or its default by `undefined`. */
export function change(key, value) {
  return attempt(() => (value === undefined ? ask("reset_setting", { key }) : ask("set_setting", { key, value })));
}

/** A switch; nothing if the daemon has no such setting. */
export function toggle(settings, key, label, hint = null) {
  const setting = settings.get(key);
  if (!setting) return null;
  const control = h("input", {
    type: "checkbox",
    role: "switch",
    name: key,
    checked: setting.value,
    onchange: () => change(key, control.checked),
  });
  return field(label, control, hint);
}

/** A choice among values with their names. */
export function choice(settings, key, label, options, hint = null) {
  const setting = settings.get(key);
  if (!setting) return null;
  const control = h(
    "select",
    { name: key, onchange: () => change(key, control.value) },
    options.map(([value, name]) => h("option", { value }, name)),
  );
  control.value = setting.value;
  return field(label, control, hint);
}

/** A whole number. */
export function number(settings, key, label, { min = 0, max = 3600, hint = null } = {}) {
  const setting = settings.get(key);
  if (!setting) return null;
  const control = h("input", {
    type: "number",
    name: key,
    min,
    max,
    value: setting.value,
    onchange: () => {
      if (control.checkValidity() && control.value !== "") change(key, Number(control.value));
    },
  });
  return field(label, control, hint);
}

/** A line of text. */
export function line(settings, key, label, hint = null) {
  const setting = settings.get(key);
  if (!setting) return null;
  const control = h("input", {
    type: "text",
    name: key,
    value: setting.value,
    spellcheck: "false",
    onchange: () => change(key, control.value),
  });
  return field(label, control, hint);
}

/** A control that fits the type of the value. */
export function any(settings, key) {
  switch (typeof settings.get(key).value) {
    case "boolean":
      return toggle(settings, key, key);
    case "number":
      return number(settings, key, key, { max: 1_000_000 });
    case "string":
      return line(settings, key, key);
    default:
      return null;
  }
}
