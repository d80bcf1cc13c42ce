// The threshold, moved: what is on the page is judged again, and beside it stands how often ordinary records are flagged.

import { keepThreshold, model } from "./api.js";
import { closed, made } from "./made.js";
import { many, number, share } from "./said.js";
import { falseAlarms } from "./verdicts.js";

export const SPAN = 4; // times the served threshold, and parts of it
const STEPS = 400;
const DAY = "a day at the pace of the training file";
const KEEP = "Keep for champion";

export class Slider {
  #verdicts; #sweep; #onMove; #key; #tell; #due = 0;
  #told = made("output", { "aria-live": "off" }); // the slider itself says where it stands
  #field = made("input", { type: "range", name: "threshold", min: -STEPS, max: STEPS, value: 0, step: 1 });
  #back = made("button", { type: "button", onclick: () => this.#to(0) }, "As served");
  #keep = made("button", { type: "button", onclick: () => this.#moved && this.#kept() }, KEEP);

  // onMove: told each threshold. sweep: what the report says of others; may be missing.
  constructor({ verdicts, sweep, onMove, key, tell }) {
    this.#verdicts = verdicts;
    this.#sweep = sweep;
    this.#onMove = onMove;
    this.#key = key;
    this.#tell = tell;
    this.#field.addEventListener("input", () => {
      cancelAnimationFrame(this.#due);
      this.#due = requestAnimationFrame(() => this.#to(this.#field.value));
    });
    const keep = document.documentElement.dataset.admin === "off" ? null : this.#keep;
    this.element = made("div", { class: "threshold" }, made("label", {}, "Threshold", this.#field), this.#told, made("span", { class: "acts" }, this.#back, keep));
    this.#say();
  }

  get #moved() {
    return Number(this.#field.value) !== 0;
  }

  #to(place) {
    this.#field.value = place;
    this.#onMove(this.#verdicts.served * SPAN ** (place / STEPS));
    this.#say();
  }

  #say() {
    const { threshold, served } = this.#verdicts;
    const text = `${number(threshold)}, ${this.#moved ? `${number(threshold / served, 3)} times what is served` : "as served"}`;
    this.#field.setAttribute("aria-valuetext", text);
    this.#told.textContent = `${text}. ${alarms(this.#sweep, threshold)}`;
    for (const each of [this.#back, this.#keep]) closed(each, !this.#moved);
  }

  async #kept() {
    const { model: name, version, threshold } = this.#verdicts;
    try {
      await this.#check();
      const question = `Let ${name}'s champion, version ${version}, decide by ${number(threshold)} from now on?`;
      const now = await this.#key.with(KEEP, question, async (key) => {
        await this.#check();
        return keepThreshold(name, "champion", threshold, key);
      });
      if (!now) return;
      this.#verdicts.served = now.threshold;
      this.#to(0);
      this.#tell(`${name}'s champion, version ${now.version}, decides by ${number(now.threshold)} from now on.`);
    } catch (error) {
      this.#tell(error.message, "refused");
    }
  }

  // What was looked at must still be what is served: scores of two versions have nothing to do with each other.
  async #check() {
    const { model: name, version, served } = this.#verdicts;
    const { aliases } = await model(name);
    const champion = aliases.find((each) => each.alias === "champion");
    if (champion?.version === version && champion.threshold === served) return;
    throw new Error(`${name}'s champion is another one by now${champion ? `: version ${champion.version}, threshold ${number(champion.threshold)}` : ""}. Score the records again first.`);
  }
}

function alarms(sweep, threshold) {
  if (!sweep) return "";
  const found = falseAlarms(sweep, threshold);
  if (found == null) return "How often ordinary records are flagged there was not measured.";
  const daily = sweep.rows_per_day ? `, ${many(Math.round(found * sweep.rows_per_day), "alarm")} ${DAY}` : "";
  return `Of ordinary records that were held out of training ${share(found)} are flagged${daily}.`;
}
