// Where records come in: a file that is chosen or dropped, text that is pasted, or a typical record to be changed.

import { model } from "./api.js";
import { made } from "./made.js";
import { ENDINGS, fromFile, fromText } from "./sources.js";

const LONGEST_PASTE = 200_000; // characters that a text field bears; longer ones are scored as they come
const LIKE_THIS = "time,temperature,flow\n2026-01-01 00:00,31.2,46.0";

export class Form {
  #chosen; #take; #tell;
  #field = made("textarea", { name: "records", rows: "5", spellcheck: "false", placeholder: LIKE_THIS });
  #ignore = made("input", { type: "checkbox", name: "ignore" });

  constructor(names, asked, take, tell) {
    this.#take = (source) => take(this, source);
    this.#tell = tell;
    this.#chosen = made("select", { name: "model" }, names.map((name) => made("option", { selected: name === asked }, name)));
    this.#field.addEventListener("paste", (event) => this.#pasted(event));
    this.element = made("form", { class: "drop", onsubmit: (event) => this.#submitted(event) },
      made("p", {}, made("label", {}, "Model ", this.#chosen)), this.#files(), made("label", {}, "Or paste records", this.#field),
      made("p", { class: "acts" }, made("button", {}, "Score"),
        made("button", { type: "button", onclick: () => this.#typical() }, "A typical record"),
        made("label", {}, this.#ignore, " ignore columns the model does not know")));
  }

  get model() {
    return this.#chosen.value;
  }

  get ignore() {
    return this.#ignore.checked;
  }

  #files() {
    const file = made("input", { type: "file", accept: ENDINGS, class: "unseen", onchange: () => {
      const [one] = file.files;
      file.value = ""; // the same file again is a change, too
      if (one) this.#take(() => fromFile(one));
    } });
    return made("p", { class: "target" }, made("label", { class: "button main" }, "Choose a file", file), " or drop one here: CSV, JSON, NDJSON, Parquet, Arrow, a picture.");
  }

  #submitted(event) {
    event.preventDefault();
    this.#take(() => fromText(this.#field.value));
  }

  #pasted(event) {
    const text = event.clipboardData?.getData("text") ?? "";
    if (text.length <= LONGEST_PASTE) return;
    event.preventDefault();
    this.#take(() => fromText(text));
  }

  // One record as it usually is, to be changed and scored.
  async #typical() {
    try {
      const { champion } = await model(this.model);
      const record = Object.fromEntries(champion.features.filter((each) => each.kind !== "image").map((each) => [each.name, each.typical]));
      this.#field.value = JSON.stringify({ records: [record] }, null, 1);
      this.#field.focus();
    } catch (error) {
      this.#tell(error.message, "refused");
    }
  }
}

// Files may fall anywhere on the page; returns what ends that.
export function dropping(element, take, tell) {
  const over = (event) => {
    event.preventDefault();
    element.classList.toggle("over", event.type === "dragover");
  };
  const drop = (event) => {
    over(event);
    const { files } = event.dataTransfer;
    if (files.length > 1) tell("One file at a time, please.", "refused");
    else if (files.length) take(files[0]);
  };
  const heard = { dragover: over, dragleave: over, drop };
  for (const [name, act] of Object.entries(heard)) document.addEventListener(name, act);
  return () => Object.entries(heard).forEach(([name, act]) => document.removeEventListener(name, act));
}
