// The person's language in the web view. po/README.md says how strings are marked.
//
// The catalogue is what `sotto_i18n::catalogue().for_web()` gives: language, plural_forms, messages.

let catalogue = { language: "en", plural_forms: [], messages: {} };

/** Takes the catalogue; the document's language follows. */
export function speak(given) {
  catalogue = given;
  document.documentElement.lang = given.language;
}

/** The language tag of the catalogue, for dates and numbers. */
export function language() {
  return catalogue.language;
}

function filled(text, values) {
  return text.replace(/\{(\w+)\}/g, (whole, name) => (name in values ? String(values[name]) : whole));
}

function forms(key) {
  return Object.hasOwn(catalogue.messages, key) ? catalogue.messages[key] : [];
}

/** A message; `{name}` in it becomes `values.name`. */
export function t(message, values = {}) {
  return filled(forms(message)[0] || message, values);
}

/** The translation of a sentence that stands in a data file. */
export function lookUp(sentence) {
  return forms(sentence)[0] || sentence;
}

/** A message that has another meaning in another context. */
export function tc(context, message, values = {}) {
  return filled(forms(`${context}\u0004${message}`)[0] || message, values);
}

/** A message about `count` things; `{n}` in it becomes the number. */
export function n(singular, plural, count, values = {}) {
  const table = catalogue.plural_forms;
  const form = table[count < table.length ? count : 100 + (count % 100)];
  const text = forms(singular)[form] || (count === 1 ? singular : plural);
  return filled(text, { n: new Intl.NumberFormat(catalogue.language).format(count), ...values });
}

/** Translates what `data-t` marks within an element: its text, and attributes by `data-t-…`. */
export function translateTree(root) {
  const attributes = ["title", "placeholder", "aria-label", "aria-description", "alt"];
  for (const element of root.querySelectorAll("[data-t]")) {
    element.textContent = t(element.textContent.trim().replace(/\s+/g, " "));
    element.removeAttribute("data-t");
  }
  for (const name of attributes) {
    for (const element of root.querySelectorAll(`[data-t-${name}]`)) {
      element.setAttribute(name, t(element.getAttribute(name)));
      element.removeAttribute(`data-t-${name}`);
    }
  }
}
