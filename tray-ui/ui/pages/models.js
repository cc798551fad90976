// Speech models: what can be had, what is here, how fast it runs.

import { h, section } from "../dom.js";
import { t } from "../i18n.js";
import { modelList } from "../parts/models.js";

export const title = () => t("Models");

export async function render(page) {
  const list = await modelList({ brief: false });
  page.append(
    h("p", { class: "hint" }, t("Nothing is downloaded before you ask for it. Every file is checked against its SHA-256.")),
    section(t("Speech models"), list.box),
    ...list.more,
  );
  return list.end;
}
