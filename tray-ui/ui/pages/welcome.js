// First steps: microphone, model, key, a first dictated sentence.

import { onStatus } from "../desk.js";
import { button, h } from "../dom.js";
import { t } from "../i18n.js";
import { levelMeter, microphonePicker } from "../parts/microphones.js";
import { modelList } from "../parts/models.js";
import { desktopAdvice, keyWatch, shortcutRecorder } from "../parts/shortcut.js";
import { tryBox } from "../parts/try.js";

export const title = () => t("First steps");

const steps = () => [
  {
    name: t("Microphone"),
    async show(box) {
      const meter = levelMeter();
      box.append(
        h("p", {}, t("Choose your microphone and speak: the bar should move.")),
        await microphonePicker(),
        meter.box,
      );
      return meter.end;
    },
  },
  {
    name: t("Speech model"),
    async show(box) {
      const list = await modelList({ brief: true });
      box.append(
        h("p", {}, t("A model turns speech into text on this computer. The built-in one is small and makes many errors; a larger one is worth its download.")),
        list.box,
      );
      return list.end;
    },
  },
  {
    name: t("Key"),
    async show(box, beginning) {
      const recorder = await shortcutRecorder();
      const watch = keyWatch();
      box.append(
        h("p", {}, t("Choose the key that you hold while you speak.")),
        recorder.box,
        desktopAdvice(beginning).map((sentence) => h("p", { class: "hint" }, sentence))[0],
        watch.box,
      );
      return () => {
        recorder.end();
        watch.end();
      };
    },
  },
  {
    name: t("First sentence"),
    async show(box) {
      const { box: dictation, end, text } = tryBox();
      const done = h("p", { class: "good", role: "status" });
      const look = () => {
        done.textContent = text.value.trim() ? t("It works: the same key writes into any application.") : "";
      };
      text.addEventListener("input", look);
      const stop = onStatus(() => {});
      box.append(dictation, done);
      return () => {
        end();
        stop();
      };
    },
  },
];

export async function render(page, beginning) {
  const all = steps();
  let at = 0;
  let end = () => {};
  const list = h("ol", { class: "steps", "aria-label": t("Steps") }, all.map(({ name }) => h("li", {}, name)));
  const heading = h("h2", { tabindex: "-1", id: "step" });
  const body = h("div");
  const back = button(t("Back"), () => go(at - 1));
  const next = button(t("Next"), () => (at + 1 < all.length ? go(at + 1) : (location.hash = "#home")), { class: "main" });
  const go = async (to, focus = true) => {
    end();
    end = () => {};
    at = to;
    [...list.children].forEach((item, idx) => {
      if (idx === at) item.setAttribute("aria-current", "step");
      else item.removeAttribute("aria-current");
    });
    heading.textContent = all[at].name;
    back.disabled = at === 0;
    next.textContent = at + 1 < all.length ? t("Next") : t("Done");
    body.replaceChildren();
    if (focus) heading.focus();
    end = (await all[at].show(body, beginning)) ?? (() => {});
    body.dataset.step = String(at + 1);
  };
  page.append(
    list,
    h("section", { "aria-labelledby": "step" }, heading, body, h("div", { class: "row" }, back, next)),
  );
  await go(0, false);
  return () => end();
}
