// The records in their order: their scores with the threshold, and one feature with the band it was expected in.

import { FeatureChart } from "./feature.js";
import { made } from "./made.js";
import { moves } from "./moving.js";
import { ScoreChart } from "./scores.js";

const FEW = 300; // records that are drawn as points, too

export class Timeline {
  #scores; #feature; #at;

  // usual: the usual error of each feature. onPick: told the record that was clicked.
  constructor(uPlot, verdicts, usual, onPick) {
    const order = verdicts.order;
    const x = verdicts.times ? order.map((row) => verdicts.times[row]) : order.map((row) => row + 1);
    this.#at = new Map(order.map((row, place) => [row, x[place]]));
    this.picked = null;
    const shared = { uPlot, verdicts, order, x, points: { show: order.length < FEW, size: 4 }, options: options(uPlot, verdicts), here: () => this.picked };
    this.#scores = new ScoreChart(shared);
    this.#feature = new FeatureChart(shared, usual);
    for (const { plot } of this.#charts) {
      plot.over.addEventListener("click", () => plot.cursor.idx != null && onPick(order[plot.cursor.idx]));
    }
    this.element = made("div", {}, this.#scores.element, this.#feature.element,
      moves(this.#charts.map((each) => each.plot), [x[0], x.at(-1)]),
      made("p", { class: "dim small" }, "Click a point to see its record. Drag to look closer, double-click for all, Shift-drag to move."));
  }

  get #charts() {
    return [this.#scores, this.#feature];
  }

  pick(row) {
    this.picked = this.#at.get(row);
    for (const each of this.#charts) each.plot.redraw(false);
  }

  follow = (name) => this.#feature.follow(name, this.#scores.plot.scales.x);

  redraw = () => this.#scores.plot.redraw(false);

  remove() {
    for (const each of this.#charts) each.remove();
  }
}

const options = (uPlot, verdicts) => ({
  height: 180,
  cursor: { sync: { key: "records", setSeries: false }, drag: { x: true, y: false, uni: 10 } },
  scales: { x: { time: Boolean(verdicts.times) } },
  tzDate: (seconds) => uPlot.tzDate(new Date(seconds * 1e3), "Etc/UTC"),
});
