// Elements without a framework.

/**
 * An element. Attributes that begin with "on" are listeners, `null` and `false` are left out, `true` is an empty
 * attribute; children are elements, texts, or lists of them.
 */
export function h(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === null || value === undefined || value === false) continue;
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else if (name === "value" || name === "checked" || name === "disabled") element[name] = value;
    else element.setAttribute(name, value === true ? "" : String(value));
  }
  element.append(...children.flat(3).filter((child) => child !== null && child !== undefined && child !== false));
  return element;
}

let lastId = 0;

/** An id that no other element has. */
export function freshId(name) {
  lastId += 1;
  return `${name}-${lastId}`;
}

/** A control with its label, and a hint that belongs to it. */
export function field(label, control, hint = null) {
  control.id ||= freshId("field");
  const described = hint ? h("p", { class: "hint", id: `${control.id}-hint` }, hint) : null;
  if (described) control.setAttribute("aria-describedby", described.id);
  const name = h("label", { for: control.id }, label);
  const isSwitch = control.type === "checkbox";
  return h(
    "div",
    { class: isSwitch ? "field switch" : "field" },
    isSwitch ? [control, h("div", {}, name, described)] : [name, control, described],
  );
}

/** A button. */
export function button(label, onclick, attributes = {}) {
  return h("button", { type: "button", ...attributes, onclick }, label);
}

/** A button that asks for a file with the desktop's dialog; `take` gets its text. */
export function fileButton(label, take) {
  const file = h("input", {
    type: "file",
    hidden: true,
    accept: ".txt,.tsv,text/plain,text/tab-separated-values",
    onchange: async () => {
      if (!file.files.length) return;
      await take(await file.files[0].text());
      file.value = "";
    },
  });
  return [button(label, () => file.click()), file];
}

/** A part of a page under a heading. */
export function section(title, ...children) {
  const id = freshId("section");
  return h("section", { "aria-labelledby": id }, h("h2", { id }, title), ...children);
}

/** A level in dB of full scale as a bar; `show` changes it. */
export function levelBar(label) {
  const floor = -60;
  const bar = h("div", { class: "level-fill" });
  const meter = h(
    "div",
    { class: "level", role: "meter", "aria-label": label, "aria-valuemin": floor, "aria-valuemax": 0, "aria-valuenow": floor },
    bar,
  );
  const show = (level) => {
    const shown = Math.max(floor, Math.min(0, level ?? floor));
    bar.style.setProperty("inline-size", `${((shown - floor) / -floor) * 100}%`);
    meter.setAttribute("aria-valuenow", String(Math.round(shown)));
    meter.setAttribute("aria-valuetext", `${Math.round(shown)} dB`);
    meter.classList.toggle("loud", shown > -3);
  };
  return { meter, show };
}
