// What is seen of a stream of events: rate, the highest scores of the last minutes, the latest anomalies.

import { aboveIsRed, decades, drawn, horizontal, legend, ruled, utc } from "./charts.js";
import { made } from "./made.js";
import { Recent } from "./recent.js";
import { many, number, when } from "./said.js";

const MOST_ANOMALIES = 50;
const LIMIT = 1; // the anomaly score of the threshold

export class Watched {
  #recent; #plot; #ahead;
  #rate = made("strong", {}, "–"); #seen = made("span");
  #none = made("p", { class: "dim" }, "No anomaly yet.");
  #list = made("ol", { class: "anomalies", "aria-label": "Anomalies, the latest first" });

  // ahead: seconds by which this machine's clock is ahead of the service's.
  constructor(uPlot, ahead) {
    this.#ahead = ahead;
    this.#recent = new Recent(this.#now);
    const { box, plot, remove } = drawn(uPlot, {
      ...utc(uPlot), height: 180, cursor: { show: false },
      scales: {
        x: { time: true, range: () => this.#recent.range(this.#now) },
        y: { distr: 3, range: (_, low, high) => uPlot.rangeLog(Math.min(low ?? LIMIT, LIMIT / 2), Math.max(high ?? LIMIT, LIMIT * 2), 10, false) },
      },
      axes: [horizontal(true), decades()], hooks: { draw: [ruled(() => LIMIT)] },
      series: [{}, { stroke: aboveIsRed(() => LIMIT), width: 1.25, points: { show: true, size: 4 } }],
    }, [[], []], "The highest anomaly scores of the last five minutes; the dashed line is the threshold");
    this.#plot = plot;
    this.remove = remove;
    this.element = made("div", {}, made("p", {}, this.#rate, " records a second ", this.#seen),
      legend("Highest anomaly scores.", { threshold: "dashed" }), box, made("h2", {}, "Anomalies"), made("p", { class: "dim small" }, "The strangest of each moment, the latest first."), this.#none, this.#list);
  }

  scored = (event) => this.#recent.add(event);

  anomaly({ at, version, anomaly_score: score, feature, actual, expected }) {
    this.#none.remove();
    const why = feature ? `${feature}: ${number(actual)} where ${number(expected)} was expected` : "cause not asked for";
    this.#list.prepend(made("li", {}, made("span", { class: "verdict anomaly", title: "anomaly score" }, number(score, 3)), ` ${when(at)} UTC, version ${version} `, made("span", {}, why)));
    while (this.#list.children.length > MOST_ANOMALIES) this.#list.lastElementChild.remove();
  }

  // Of the service, in seconds since 1970.
  get #now() {
    return Date.now() / 1000 - this.#ahead;
  }

  draw() {
    const [recent, now] = [this.#recent, this.#now];
    recent.forget(now);
    this.#rate.textContent = number(recent.rate(now), 3);
    this.#seen.textContent = `· ${many(recent.records, "record")} and ${many(recent.anomalies, "anomaly", "anomalies")} since this page was opened`;
    this.#plot.setData(recent.course());
  }
}
