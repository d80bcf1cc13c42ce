// One feature along the records: what it was, what was expected, and how close the two usually are.

import { colour, drawn, horizontal, legend, marked, values } from "./charts.js";
import { made } from "./made.js";

const UNSEEN = { stroke: "transparent", points: { show: false } };

export class FeatureChart {
  #box; #caption = made("div"); #shared; #usual;

  constructor(shared, usual) {
    const { uPlot, verdicts, x, points, options, here } = shared;
    this.#shared = shared;
    this.#usual = usual;
    const { box, plot, remove } = drawn(uPlot, {
      ...options, hooks: { draw: [marked(here)] },
      axes: [horizontal(verdicts.times), values()],
      series: [{}, UNSEEN, UNSEEN,
        { stroke: colour("orange"), width: 1, dash: [5, 3], points: { show: false } },
        { stroke: colour("blue"), width: 1.25, points }],
      bands: [{ series: [2, 1], fill: colour("band") }],
    }, [x, [], [], [], []], "A feature's values");
    Object.assign(this, { plot, remove });
    this.#box = box;
    this.element = made("div", { hidden: true }, this.#caption, box);
  }

  // Show a feature of numbers over a part of the horizontal axis; nothing of others, and where values were not asked for.
  follow(name, { min, max }) {
    const { x } = this.#shared;
    const expected = this.#of("expected", name);
    this.element.hidden = typeof expected.find((each) => each != null) !== "number";
    if (this.element.hidden) return;
    const width = this.#usual.get(name);
    const edge = (sign) => expected.map((each) => (each == null || width == null ? null : each + sign * width));
    this.plot.setData([x, edge(-1), edge(1), expected, this.#of("actual", name)], false);
    this.plot.setScale("x", { min: min ?? x[0], max: max ?? x.at(-1) });
    const band = width == null ? {} : { "95 of 100 ordinary values lie this close": "band" };
    this.#caption.replaceChildren(legend(made("strong", {}, name), { actual: "", expected: "dashed", ...band }));
    this.#box.setAttribute("aria-label", `Values of ${name}, and the band in which they were expected`);
  }

  #of(what, name) {
    const { verdicts, order } = this.#shared;
    return order.map((row) => verdicts.results[what]?.[row]?.[name] ?? null);
  }
}
