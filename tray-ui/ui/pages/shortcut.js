// Push-to-talk: the key, what the desktop needs for it, whether it arrives.

import { h, section } from "../dom.js";
import { t } from "../i18n.js";
import { command, desktopAdvice, keyWatch, shortcutRecorder } from "../parts/shortcut.js";
import { choice, number, readSettings, toggle } from "../settings.js";

export const title = () => t("Push-to-talk");

export async function render(page, beginning) {
  const recorder = await shortcutRecorder();
  const watch = keyWatch();
  const settings = await readSettings();
  page.append(
    section(t("Key"), recorder.box),
    section(t("Does it arrive?"), watch.box),
    section(
      t("On this desktop"),
      desktopAdvice(beginning).map((sentence) => h("p", {}, sentence)),
      h("p", { class: "hint" }, t("These commands can be bound to keys on any desktop:")),
      command("sotto toggle"),
      command("sotto press"),
      command("sotto release"),
    ),
    section(
      t("What a press means"),
      choice(settings, "key.mode", t("Hold or tap"), [
        ["hold-or-tap", t("Hold to listen, or tap to start and end")],
        ["hold", t("Hold to listen")],
        ["toggle", t("Press to start, press to end")],
      ]),
      choice(settings, "key.source", t("Who sees the key"), [
        ["automatic", t("Automatic")],
        ["x11", t("The X server")],
        ["portal", t("The desktop's portal")],
        ["input-method", t("The input method, while Sotto is selected")],
      ]),
      number(settings, "key.tap_limit_ms", t("A press shorter than this is a tap, in milliseconds"), { min: 50, max: 2000 }),
      number(settings, "listening.stop_after_silence_s", t("Stop after this many seconds of silence"), {
        max: 600,
        hint: t("Only when no key is held. 0 never stops."),
      }),
      toggle(settings, "feedback.cues", t("Sounds when the microphone opens and closes")),
    ),
  );
  return () => {
    recorder.end();
    watch.end();
  };
}
