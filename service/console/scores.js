// The scores of the records, on a logarithmic axis with the threshold.

import { aboveIsRed, decades, drawn, horizontal, legend, marked, ruled } from "./charts.js";
import { made } from "./made.js";
import { SPAN } from "./slider.js";

const LEAST = 1e-3; // of the threshold; scores below are drawn here, since a logarithm has no zero

export class ScoreChart {
  constructor({ uPlot, verdicts, order, x, points, options, here }) {
    const scores = verdicts.results.score;
    const shown = order.map((row) => (scores[row] == null ? null : Math.max(scores[row], LEAST * verdicts.served)));
    const limit = () => verdicts.threshold;
    const range = (_, low, high) => uPlot.rangeLog(Math.min(low ?? Infinity, verdicts.served / SPAN), Math.max(high ?? 0, verdicts.served * SPAN), 10, false);
    const { box, plot, remove } = drawn(uPlot, {
      ...options, scales: { ...options.scales, y: { distr: 3, range } },
      hooks: { draw: [ruled(limit), marked(here)] },
      axes: [horizontal(verdicts.times), decades()],
      series: [{}, { stroke: aboveIsRed(limit), width: 1.25, points }],
    }, [x, shown], "Score of every record; the dashed line is the threshold");
    Object.assign(this, { plot, remove });
    this.element = made("div", {}, legend("Score of each record.", { threshold: "dashed" }), box);
  }
}
