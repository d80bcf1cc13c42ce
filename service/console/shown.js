// The verdicts on the page: what was flagged, the threshold, the charts, the record that was picked, the table.

import { latentMap } from "./latent.js";
import { closed, made } from "./made.js";
import { record } from "./record.js";
import { Records } from "./records.js";
import { count, many, share } from "./said.js";
import { Slider } from "./slider.js";
import { Timeline } from "./timeline.js";

const LEAST_COURSE = 3; // records that are a course

export class Shown {
  #uPlot; #verdicts; #usual; #map; #list; #course = null; #series = null; #picked;
  #heading = made("h2", { tabindex: "-1" });
  #charts = made("div");
  #details = made("div");
  #said = made("p", { class: "unseen", role: "status" });
  #before = made("button", { type: "button", onclick: () => this.#step(-1) }, "← anomaly before");
  #after = made("button", { type: "button", onclick: () => this.#step(1) }, "next anomaly →");

  // known: the facts of the version's report, null without one. name: of what was scored.
  constructor({ uPlot, verdicts, known, name, key, tell }) {
    this.#uPlot = uPlot;
    this.#verdicts = verdicts;
    this.#usual = new Map(known?.features.map((each) => [each.name, each.usual_error]));
    this.#map = known?.latent ? latentMap(uPlot, known.latent, verdicts) : null;
    this.#list = new Records(verdicts, (row) => this.#pick(row));
    const slider = new Slider({ verdicts, sweep: known?.sweep, onMove: (threshold) => this.#judge(threshold), key, tell });
    const section = made("section", { class: "record", "aria-label": "The picked record" },
      made("div", {}, made("p", { class: "acts" }, this.#before, this.#after), this.#details), this.#map?.element);
    this.elements = [this.#heading, made("p", { class: "dim" }, `${name}, judged by ${verdicts.model} version ${verdicts.version}`),
      slider.element, this.#charts, this.#said, section, ...(verdicts.rows > 1 ? [this.#list.element] : [])];
    this.#count();
    this.#pick(verdicts.strangest());
  }

  focus = () => this.#heading.focus();

  remove() {
    this.#course?.remove();
    this.#map?.remove();
  }

  #count() {
    const { anomaly, unknown } = this.#verdicts.counted();
    const all = this.#verdicts.rows;
    const flagged = `${anomaly ? many(anomaly, "anomaly", "anomalies") : "No anomaly"} of ${many(all, "record")}`;
    this.#heading.textContent = `${flagged} (${share(anomaly / all)})${unknown ? `, ${many(unknown, "unknown", "unknown")}` : ""}`;
  }

  #pick(row) {
    this.#picked = row;
    this.#draw();
    this.#fill();
    this.#course?.pick(row);
    const cause = this.#verdicts.cause(row);
    if (cause) this.#course?.follow(cause.feature);
    this.#list.mark(row);
    this.#said.textContent = `Record ${count(row + 1)}, ${this.#verdicts.verdict(row)}${cause ? `, above all for ${cause.feature}` : ""}`;
  }

  // The charts are of one series, that of the picked record.
  #draw() {
    const series = this.#verdicts.series?.[this.#picked] ?? null;
    if (this.#verdicts.rows < LEAST_COURSE || (this.#course && series === this.#series)) return;
    this.#course?.remove();
    this.#series = series;
    this.#course = new Timeline(this.#uPlot, this.#verdicts, { usual: this.#usual, series, onPick: (row) => this.#pick(row) });
    this.#charts.replaceChildren(this.#course.element);
  }

  #fill() {
    this.#details.replaceChildren(record(this.#verdicts, this.#picked, this.#course?.follow));
    this.#map?.pick(this.#picked);
    for (const [button, step] of [[this.#before, -1], [this.#after, 1]]) {
      closed(button, this.#verdicts.anomalyFrom(this.#picked, step) === this.#picked);
    }
  }

  #step(by) {
    const to = this.#verdicts.anomalyFrom(this.#picked, by);
    if (to !== this.#picked) this.#pick(to);
  }

  #judge(threshold) {
    this.#verdicts.threshold = threshold;
    this.#count();
    this.#course?.redraw();
    this.#list.fill();
    this.#fill();
  }
}
