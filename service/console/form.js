// Where records come in: a file that is chosen or dropped, text that is pasted, or a typical record to be changed.

import { model } from "./api.js";
import { made } from "./made.js";
import { ENDINGS, fromFile, fromText } from "./sources.js";

const LONGEST_PASTE = 200_000; // characters that a text field bears; longer ones are scored as they come
const LIKE_THIS = "time,temperature,flow\n2026-01-01 00:00,31.2,46.0";

export class Form {
  tick = "ignore columns the model does not know";
  #served; #chosen; #take; #tell;
  #field = made("textarea", { name: "records", rows: "5", spellcheck: "false", placeholder: LIKE_THIS });
  #example = made("button", { type: "button", onclick: () => this.#typical() }, "A typical record");
  #ignore = made("input", { type: "checkbox", name: "ignore" });

  // served: descriptions of the models there are. take: told what makes the records.
  constructor(served, take, tell) {
    this.#take = take;
    this.#tell = tell;
    this.#chosen = made("select", { name: "model", onchange: () => this.#changed() });
    this.#field.addEventListener("paste", (event) => this.#pasted(event));
    this.element = made("form", { class: "drop", onsubmit: (event) => this.#submitted(event) },
      made("p", {}, made("label", {}, "Model ", this.#chosen)), this.#files(), made("label", {}, "Or paste records", this.#field),
      made("p", { class: "acts" }, made("button", {}, "Score"),
        this.#example, made("label", {}, this.#ignore, ` ${this.tick}`)),
      made("p", { class: "dim small" }, "What is scored here is counted in the service's metrics like everything else."));
    this.offer(served);
  }

  // These models from now on; the one that was chosen stays so while it is there.
  offer(served) {
    const before = this.#chosen.value;
    this.#served = served;
    this.#chosen.replaceChildren(...served.map((each) => made("option", {}, each.model)));
    this.choose(before);
  }

  // Of the model that is chosen: what it is called, and what it judges.
  get model() {
    return this.#served.find((each) => each.model === this.#chosen.value);
  }

  // Whether there is such a model; then it is chosen.
  choose(name) {
    const there = this.#served.some((each) => each.model === name);
    if (there) this.#chosen.value = name;
    this.#changed();
    return there;
  }

  // Of windows and pictures one typical record says nothing.
  #changed() {
    this.#example.hidden = this.model.kind !== "records";
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
    if (this.#field.value.trim()) return this.#tell("There is something in the field already; a typical record goes into an empty one.", "refused");
    try {
      const { champion } = await model(this.model.model);
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
