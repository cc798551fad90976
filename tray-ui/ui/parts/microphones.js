// Which microphone, how loud it is, and a test recording that only memory holds.

import { ask, attempt, onStatus } from "../desk.js";
import { button, field, h, levelBar } from "../dom.js";
import { t } from "../i18n.js";
import { change, readSettings } from "../settings.js";

const KEY = "microphone.device";

/** The list of microphones. */
export async function microphonePicker() {
  const [settings, microphones] = await Promise.all([
    readSettings(),
    ask("microphones").catch(() => []),
  ]);
  const chosen = settings.get(KEY)?.value ?? "default";
  const known = chosen === "default" || microphones.some(({ id }) => id === chosen);
  const select = h(
    "select",
    {
      name: KEY,
      onchange: async () => {
        const metering = document.querySelector(".meter-on[aria-pressed=true]");
        if (metering) await attempt(() => ask("meter", { on: false }));
        await change(KEY, select.value === "default" ? undefined : select.value);
        if (metering) await attempt(() => ask("meter", { on: true }));
      },
    },
    h("option", { value: "default" }, t("The desktop's choice")),
    microphones.map(({ id, name, is_default: isDefault }) =>
      h("option", { value: id }, isDefault ? t("{name} (the desktop's choice now)", { name }) : name),
    ),
    known ? null : h("option", { value: chosen }, t("{name} (not plugged in)", { name: chosen })),
  );
  select.value = chosen;
  const none = microphones.length
    ? null
    : h("p", { class: "problem" }, t("No microphone was found: plug one in, or check the sound settings of the desktop."));
  return h("div", {}, field(t("Microphone"), select), none);
}

/** The meter with its switch; `end` closes the microphone. */
export function levelMeter() {
  const { meter, show } = levelBar(t("Loudness of the microphone"));
  const figures = h("p", { class: "figures" });
  const warning = h("p", { class: "problem", role: "alert" });
  const advice = h("p", { class: "hint", role: "status" });
  const toggle = button(
    t("Listen to the microphone"),
    () => attempt(() => ask("meter", { on: toggle.getAttribute("aria-pressed") !== "true" })),
    { class: "meter-on", "aria-pressed": "false" },
  );
  const record = button(t("Record four seconds"), () => attempt(() => ask("test_recording", { order: "record" })));
  const play = button(t("Play the recording"), () => attempt(() => ask("test_recording", { order: "play" })));
  const put = (element, text) => {
    if (element.textContent !== text) element.textContent = text;
  };
  const stop = onStatus((status) => {
    const metering = Boolean(status["Microphones1.Metering"]);
    const recording = status["Microphones1.Recording"] ?? "none";
    const floor = status["Microphones1.NoiseFloor"] ?? -120;
    const level = status["Microphones1.Level"] ?? -120;
    toggle.setAttribute("aria-pressed", String(metering));
    put(toggle, metering ? t("Close the microphone") : t("Listen to the microphone"));
    show(metering ? level : -120);
    put(
      figures,
      metering ? t("Peak {level} dB, noise floor {floor} dB", { level: Math.round(level), floor: Math.round(floor) }) : "",
    );
    put(
      warning,
      metering && status["Microphones1.Clipping"]
        ? t("The sound is too loud and distorted: lower the level of the microphone in the sound settings.")
        : "",
    );
    let said = "";
    if (recording === "recording") said = t("Recording: say something.");
    else if (recording === "playing") said = t("Playing.");
    else if (metering && floor > -35) said = t("It is loud around you: a headset or a quieter place helps.");
    put(advice, said);
    record.disabled = !metering || recording === "recording" || recording === "playing";
    play.disabled = recording !== "recorded";
  });
  const box = h(
    "div",
    { class: "meter-box" },
    h("div", { class: "row" }, toggle, meter),
    figures,
    warning,
    h("div", { class: "row" }, record, play),
    advice,
    h("p", { class: "hint" }, t("The recording stays in memory, is never written to disk, and is forgotten when the microphone is closed.")),
  );
  const end = () => {
    stop();
    if (toggle.getAttribute("aria-pressed") === "true") ask("meter", { on: false }).catch(() => {});
  };
  return { box, end };
}
