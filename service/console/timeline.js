// The records in their order: their scores with the threshold, and one feature with the band it was expected in.

import { utc } from "./charts.js";
import { FeatureChart } from "./feature.js";
import { made } from "./made.js";
import { moves } from "./moving.js";
import { ScoreChart } from "./scores.js";

const FEW = 300; // records that are drawn as points, too
const NEAR = 8; // pixels around a click

export class Timeline {
  #scores; #feature; #at;

  // usual: the usual error of each feature. series: the one to be shown, null of all. onPick: told the record that was clicked.
  constructor(uPlot, verdicts, { usual, series, onPick }) {
    const order = verdicts.order.filter((row) => series == null || verdicts.series[row] === series);
    const x = verdicts.times ? order.map((row) => verdicts.times[row]) : order.map((row) => row + 1);
    this.#at = new Map(order.map((row, place) => [row, x[place]]));
    this.picked = null;
    const shared = { uPlot, verdicts, order, x, points: { show: order.length < FEW, size: 4 }, options: options(uPlot, verdicts), here: () => this.picked };
    this.#scores = new ScoreChart(shared);
    this.#feature = new FeatureChart(shared, usual);
    for (const { plot } of this.#charts) {
      plot.over.addEventListener("click", (event) => onPick(strangest(plot, event.offsetX, order, verdicts.results.score)));
    }
    this.element = made("div", {}, this.#scores.element, this.#feature.element,
      moves(this.#charts.map((each) => each.plot), [x[0], x.at(-1)]),
      made("p", { class: "dim small" }, hint(verdicts, series)));
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

// The record with the highest score of those a finger may have meant.
function strangest(plot, at, order, scores) {
  const [first, last] = [at - NEAR, at + NEAR].map((place) => plot.posToIdx(place));
  let found = plot.posToIdx(at);
  for (let place = first; place <= last; place++) {
    if ((scores[order[place]] ?? -1) > (scores[order[found]] ?? -1)) found = place;
  }
  return order[found];
}

function hint(verdicts, series) {
  return ["Click a point to see its record. Drag to look closer, double-click for all, Shift-drag to move.",
    verdicts.times && "Times are UTC.",
    series != null && `This is the series ${series}; a record of another one shows that.`,
    !verdicts.results.actual && "Values are not drawn of files as long as this one."].filter(Boolean).join(" ");
}

const options = (uPlot, verdicts) => ({
  height: 180,
  cursor: { sync: { key: "records", setSeries: false }, drag: { x: true, y: false, uni: 10 } },
  scales: { x: { time: Boolean(verdicts.times) } },
  ...utc(uPlot),
});
