// The microphone: which, how loud, how it sounds.

import { section } from "../dom.js";
import { t } from "../i18n.js";
import { levelMeter, microphonePicker } from "../parts/microphones.js";

export const title = () => t("Microphone");

export async function render(page) {
  const picker = await microphonePicker();
  const { box, end } = levelMeter();
  page.append(section(t("Device"), picker), section(t("Loudness and sound"), box));
  return end;
}
