// The list of speech models: installed ones and those that can be had.

import { ask, attempt, on, say } from "../desk.js";
import { button, field, h, section } from "../dom.js";
import { language, lookUp, t } from "../i18n.js";

const names = (codes) => {
  const display = new Intl.DisplayNames([language()], { type: "language" });
  return codes.map((code) => display.of(code) ?? code).join(", ");
};

/** Bytes as people read them. */
export function size(bytes) {
  const units = ["byte", "kilobyte", "megabyte", "gigabyte"];
  let value = bytes;
  let unit = 0;
  while (value >= 1000 && unit < units.length - 1) {
    value /= 1000;
    unit += 1;
  }
  return new Intl.NumberFormat(language(), { style: "unit", unit: units[unit], maximumFractionDigits: value < 10 ? 1 : 0 }).format(value);
}

function seconds(count) {
  if (count >= 90) return t("{n} min left", { n: Math.round(count / 60) });
  return t("{n} s left", { n: Math.max(1, Math.round(count)) });
}

function writes({ case: letters, punctuation }) {
  if (letters === "cased" && punctuation) return t("Capitals and marks by itself");
  if (punctuation) return t("Marks by itself, no capitals");
  if (letters === "cased") return t("Capitals by itself; marks are added");
  if (letters === "none") return t("Its script has no capitals; marks are added");
  return t("Plain words; capitals and marks are added");
}

function license({ name, kind, note }) {
  const more = note ? h("p", { class: "hint" }, lookUp(note)) : null;
  if (kind === "non-free") return h("dd", {}, h("span", { class: "warn" }, t("{license} (not a free license)", { license: name })), more);
  if (kind === "unclear") return h("dd", {}, h("span", { class: "warn" }, t("{license} (its terms are unclear)", { license: name })), more);
  return h("dd", {}, name, more);
}

function facts(model) {
  const figure = new Intl.NumberFormat(language(), { maximumFractionDigits: 2 });
  const rates = model.error_rates.map(({ set, percent: rate, unit }) => {
    const percent = figure.format(rate);
    return unit === "characters"
      ? t("{percent} errors in 100 characters ({set})", { percent, set })
      : t("{percent} errors in 100 words ({set})", { percent, set });
  });
  return h(
    "dl",
    {},
    h("dt", {}, t("Language")),
    h("dd", {}, names(model.languages)),
    h("dt", {}, t("Download")),
    h("dd", {}, model.download_bytes ? size(model.download_bytes) : t("None: it comes with Sotto")),
    h("dt", {}, t("License")),
    license(model.license),
    h("dt", {}, t("Writes")),
    h("dd", {}, writes(model.writes)),
    model.latency_ms ? [h("dt", {}, t("Text lags by")), h("dd", {}, t("{n} ms and more", { n: model.latency_ms }))] : null,
    rates.length ? [h("dt", {}, t("Published errors")), h("dd", {}, rates.join("; "), " – ", model.error_rates_source)] : null,
    model.commit
      ? [h("dt", {}, t("Pinned to")), h("dd", { class: "hint" }, t("commit {commit}, every file by its SHA-256", { commit: model.commit.slice(0, 12) }))]
      : null,
  );
}

/** The list. `brief` leaves out what a first step does not need. */
export async function modelList({ brief }) {
  const cards = h("ul", { class: "cards", "aria-label": t("Speech models") });
  const downloads = new Map();
  const speeds = new Map();
  let wanted = "";

  const use = (id) => attempt(() => ask("choose_model", { id }), t("The model is in use from the next dictation on."));
  const measure = (id, place) =>
    attempt(async () => {
      place.textContent = t("Measuring: this takes some seconds.");
      try {
        speeds.set(id, await ask("bench_model", { id }));
      } finally {
        place.textContent = "";
      }
      await refresh();
    });
  const remove = (id, control) => {
    if (!control.dataset.sure) {
      control.dataset.sure = "yes";
      control.textContent = t("Really delete");
      return undefined;
    }
    return attempt(async () => {
      await ask("remove_model", { id });
      await refresh();
    }, t("The model was deleted."));
  };

  function speedSentence(factor) {
    const n = new Intl.NumberFormat(language(), { maximumFractionDigits: 1 }).format(factor);
    if (factor < 1) return h("p", { class: "problem" }, t("Too slow for this computer: {n} s of sound in one second", { n }));
    if (factor < 2) return h("p", { class: "warn" }, t("Just fast enough here: {n} s of sound in one second", { n }));
    return h("p", { class: "good" }, t("Fast enough here: {n} s of sound in one second", { n }));
  }

  function actions(model) {
    const row = h("div", { class: "row" });
    const place = h("p", { class: "hint", role: "status" });
    const { id, name, installed } = model;
    if (installed) {
      if (!installed.in_use) row.append(button(t("Use"), () => use(id), { class: "main", "aria-label": t("Use {name}", { name }) }));
      row.append(button(t("Measure the speed"), () => measure(id, place), { "aria-label": t("Measure the speed of {name}", { name }) }));
      if (installed.removable && !installed.in_use) {
        const control = button(t("Delete"), () => remove(id, control), { class: "danger", "aria-label": t("Delete {name}", { name }) });
        row.append(control);
      }
    } else if (downloads.has(id)) {
      row.append(button(t("Pause"), () => attempt(() => ask("stop_download", { id })), { "aria-label": t("Pause the download of {name}", { name }) }));
    } else if (model.can_download) {
      row.append(
        button(model.partly_here ? t("Resume the download") : t("Download"), () => download(id), {
          class: "main",
          "aria-label": model.partly_here ? t("Resume the download of {name}", { name }) : t("Download {name}", { name }),
        }),
      );
    }
    return [row, place];
  }

  function card(model) {
    const item = h("li", { "data-model": model.id });
    const progress = h("progress", { max: 1, value: 0, "aria-label": t("Download of {name}", { name: model.name }) });
    const told = h("p", { class: "hint", role: "status" });
    const box = h("div", { class: "download" }, progress, told);
    box.hidden = !downloads.has(model.id);
    if (downloads.has(model.id)) downloads.set(model.id, { ...downloads.get(model.id), progress, told });
    item.append(
      h(
        "div",
        { class: "row" },
        h("h3", {}, model.name),
        model.installed?.in_use ? h("span", { class: "badge good" }, t("In use")) : null,
        model.installed && !model.installed.in_use ? h("span", { class: "badge" }, t("Installed")) : null,
      ),
    );
    if (model.description) item.append(h("p", {}, lookUp(model.description)));
    if (model.languages && model.license) item.append(brief ? h("p", { class: "hint" }, names(model.languages), " · ", model.download_bytes ? size(model.download_bytes) : t("built in"), " · ", model.license.name) : facts(model));
    if (speeds.has(model.id)) item.append(speedSentence(speeds.get(model.id)));
    item.append(box, ...actions(model));
    return item;
  }

  async function download(id) {
    downloads.set(id, {});
    await refresh();
    const started = await attempt(async () => {
      await ask("download", { id });
      return true;
    });
    if (!started) {
      downloads.delete(id);
      await refresh();
    }
  }

  async function refresh() {
    const [installed, catalogue] = await Promise.all([
      ask("installed_models").catch(() => []),
      ask("catalogue"),
    ]);
    const here = new Map(installed.map((model) => [model.id, model]));
    const known = new Set(catalogue.models.map(({ id }) => id));
    const models = [
      ...catalogue.models.map((model) => ({ ...model, installed: here.get(model.id) })),
      ...installed.filter(({ id }) => !known.has(id)).map((model) => ({ ...model, installed: model })),
    ];
    const codes = [...new Set(models.flatMap((model) => model.languages))].sort();
    fill(codes);
    const rank = (model) => (model.installed?.in_use ? 0 : model.installed ? 1 : 2);
    const shown = models
      .filter((model) => !wanted || model.languages.includes(wanted))
      .sort((a, b) => rank(a) - rank(b));
    const focused = document.activeElement?.closest?.("[data-model]")?.dataset.model;
    cards.replaceChildren(...shown.map(card));
    problems.textContent = catalogue.problems.join(" ");
    if (focused) cards.querySelector(`[data-model="${CSS.escape(focused)}"] button`)?.focus();
  }

  const filter = h("select", { name: "language" });
  function fill(codes) {
    if (filter.options.length === codes.length + 1) return;
    filter.replaceChildren(
      h("option", { value: "" }, t("All languages")),
      ...codes.map((code) => h("option", { value: code }, names([code]))),
    );
    filter.value = wanted;
  }
  filter.addEventListener("change", () => {
    wanted = filter.value;
    refresh();
  });
  const problems = h("p", { class: "problem" });

  const path = h("input", { type: "text", name: "import", spellcheck: "false" });
  const spoken = h("input", { type: "text", name: "import-language", size: 6, spellcheck: "false" });
  const add = button(t("Import"), () =>
    attempt(async () => {
      const id = await ask("import_model", { path: path.value, language: spoken.value || null });
      path.value = "";
      await refresh();
      say(t("{id} is installed.", { id }));
    }),
  );
  const choose = (label, wanted) =>
    button(label, () =>
      attempt(async () => {
        const chosen = await ask("choose", { wanted });
        if (chosen) {
          path.value = chosen;
          add.focus();
        }
      }),
    );
  const updates = h("div", { role: "status" });
  const look = button(t("Look for updates"), () =>
    attempt(async () => {
      const found = await ask("updates");
      updates.replaceChildren(
        ...(found.length
          ? found.map((update) => h("p", {}, t("There is another version of {id}.", { id: update.model }), " ", button(t("Download"), () => download(update.model), { "aria-label": t("Download {name}", { name: update.model }) })))
          : [h("p", {}, t("Everything is up to date."))]),
      );
    }),
  );

  const offs = [
    on("download", (event) => {
      const shown = downloads.get(event.model);
      switch (event.event) {
        case "resolving":
          if (shown?.told) shown.told.textContent = t("Asking for the list of files.");
          break;
        case "planned":
        case "progress":
          if (shown?.progress) {
            shown.progress.max = event.total_bytes || 1;
            shown.progress.value = event.done_bytes;
            const of = t("{done} of {total}", { done: size(event.done_bytes), total: size(event.total_bytes) });
            const speed = event.bytes_per_second ? t("{size} a second", { size: size(event.bytes_per_second) }) : "";
            const left = event.seconds_left ? seconds(event.seconds_left) : "";
            shown.told.textContent = [of, speed, left].filter(Boolean).join(", ");
          }
          break;
        case "waiting":
          if (shown?.told) shown.told.textContent = t("The network failed; trying again in {n} s.", { n: Math.ceil(event.seconds) });
          break;
        case "installing":
          if (shown?.told) shown.told.textContent = t("Checking and installing.");
          break;
        case "installed":
          downloads.delete(event.model);
          say(t("{id} is installed.", { id: event.model }));
          refresh();
          break;
        case "failed":
          downloads.delete(event.model);
          say(event.message, "bad");
          refresh();
          break;
        case "stopped":
          downloads.delete(event.model);
          refresh();
          break;
        default:
      }
    }),
    on("drop", ({ paths }) => {
      if (!brief && paths?.length) [path.value] = paths;
    }),
    on("list", (list) => {
      if (list === "Models1") refresh();
    }),
  ];
  for (const id of (await ask("running_downloads").catch(() => [])) ?? []) downloads.set(id, {});
  await refresh();
  const box = h("div", {}, field(t("Language"), filter), problems, cards);
  const more = brief
    ? []
    : [
      section(
        t("Models from elsewhere"),
        field(t("Folder or archive"), path, t("Its path, or drop it on this window: a folder, or a .tar.bz2 or .tar.gz archive, in the layout of the public streaming models.")),
        h("div", { class: "row" }, choose(t("Choose a folder…"), "model-folder"), choose(t("Choose an archive…"), "model-archive")),
        field(t("Its language"), spoken, t("Two letters, such as en; empty if the model tells it.")),
        h("div", { class: "row" }, add),
      ),
      section(t("Updates"), updates, h("div", { class: "row" }, look)),
    ];
  return { box, more, end: () => offs.forEach((off) => off()) };
}
