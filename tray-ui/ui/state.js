// What dictation is doing, in words.

import { t } from "./i18n.js";

/** One short sentence. */
export function stateSentence(status) {
  if (!status.reachable) return t("Sotto is not running");
  if (status["Keys1.Paused"]) return t("Paused");
  switch (status["Dictation1.State"]) {
    case "idle":
      return t("Ready");
    case "opening":
      return t("Opening the microphone");
    case "listening":
      return t("Listening");
    case "finishing":
      return t("Writing the last words");
    case "starting":
      return t("Starting");
    case "no-model":
      return t("No speech model is installed");
    case "model-broken":
      return t("The speech model does not work");
    default:
      return t("Ending");
  }
}

/** Whether the microphone of a dictation is open. */
export function isListening(status) {
  return ["opening", "listening"].includes(status["Dictation1.State"]);
}
