// The window: navigation, the page in it, the state of dictation.

import { begin, on, onStatus, say } from "./desk.js";
import { h } from "./dom.js";
import { speak, t, translateTree } from "./i18n.js";
import * as doctor from "./pages/doctor.js";
import * as history from "./pages/history.js";
import * as home from "./pages/home.js";
import * as microphone from "./pages/microphone.js";
import * as models from "./pages/models.js";
import * as settings from "./pages/settings.js";
import * as shortcut from "./pages/shortcut.js";
import * as text from "./pages/text.js";
import * as welcome from "./pages/welcome.js";
import { stateSentence } from "./state.js";

const pages = { home, models, shortcut, microphone, text, history, doctor, settings, welcome };

let close = () => {};
let beginning = {};
let shown = 0;

function pageName() {
  const name = location.hash.slice(1);
  return Object.hasOwn(pages, name) ? name : "home";
}

async function show({ focus = true } = {}) {
  const name = pageName();
  const page = pages[name];
  shown += 1;
  const turn = shown;
  close();
  close = () => {};
  for (const link of document.querySelectorAll("#nav a")) {
    if (link.hash === `#${name}`) link.setAttribute("aria-current", "page");
    else link.removeAttribute("aria-current");
  }
  const main = document.getElementById("main");
  const title = h("h1", {}, page.title());
  const body = h("div", { class: "page" });
  main.dataset.page = "";
  main.replaceChildren(title, body);
  if (focus) main.focus();
  try {
    const end = await page.render(body, beginning);
    if (turn !== shown) {
      end?.();
      return;
    }
    close = end ?? (() => {});
  } catch (error) {
    body.replaceChildren(
      h("p", { class: "problem", role: "alert" }, error.message),
      h("button", { type: "button", onclick: () => show() }, t("Try again")),
    );
  }
  main.dataset.page = name;
}

async function start() {
  beginning = await begin();
  if (beginning.catalogue) speak(beginning.catalogue);
  translateTree(document);
  const list = document.querySelector("#nav ul");
  for (const [name, page] of Object.entries(pages)) {
    if (name !== "welcome") list.append(h("li", {}, h("a", { href: `#${name}` }, page.title())));
  }
  const state = document.getElementById("state");
  onStatus((status) => {
    const sentence = stateSentence(status);
    if (state.textContent !== sentence) state.textContent = sentence;
    state.dataset.state = status["Dictation1.State"] ?? "absent";
  });
  on("page", (name) => {
    if (name) location.hash = name;
  });
  document.querySelector(".skip").addEventListener("click", (event) => {
    event.preventDefault();
    document.getElementById("main").focus();
  });
  window.addEventListener("hashchange", () => show());
  const first = beginning.page || (beginning.is_new ? "welcome" : "home");
  if (pageName() !== first || !location.hash) window.history.replaceState(null, "", `#${first}`);
  await show({ focus: false });
}

start().catch((error) => say(error.message, "bad"));
