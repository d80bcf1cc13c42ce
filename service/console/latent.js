// The latent space along its two main axes: records of the training file, those on the page, and the one that was picked.

import { axis, colour, drawn, legend } from "./charts.js";
import { made } from "./made.js";
import { share } from "./said.js";

const HEIGHT = 280;

export function latentMap(uPlot, map, verdicts) {
  const trained = map.x.map((x, place) => [x, map.y[place]]);
  const here = (verdicts.results.embedding ?? []).map((latent) => latent && placed(latent, map));
  const judged = (verdict) => here.filter((point, row) => point && verdicts.verdict(row) === verdict);
  const dots = (fill, size) => ({ paths: () => null, points: { show: true, size, space: 0, width: 0, stroke: "transparent", fill: colour(fill) } });
  const shown = (row) => joined(trained, judged("normal"), judged("anomaly"), here[row] ? [here[row]] : []);
  const { box, plot, remove } = drawn(uPlot, {
    height: HEIGHT,
    cursor: { show: false },
    scales: { x: { time: false } },
    axes: [axis(), axis({ size: 50 })],
    series: [{}, dots("faint", 4), dots("blue", 4), dots("red", 4), dots("orange", 13)],
  }, shown(0), "Latent space: the picked record among those on the page and those of the training file");
  const [first, second] = map.explained;
  const element = made("div", {}, made("h4", {}, "Its place in the latent space"),
    legend("", { "training file": "dot faint", normal: "dot", anomalies: "dot strange", "this record": "dot picked" }),
    box, made("p", { class: "dim small" }, `The two main axes hold ${share(first + second)} of the latents' variance.`));
  return { element, remove, pick: (row) => plot.setData(shown(row)) };
}

function placed(latent, { center, axes }) {
  const apart = latent.map((value, at) => value - center[at]);
  return axes.map((axis_) => axis_.reduce((sum, weight, at) => sum + weight * apart[at], 0));
}

// Groups of points as uPlot wants them: one ascending x for all, and a y for each group, null where it has none.
function joined(...groups) {
  const points = groups.flatMap((group, place) => group.map(([x, y]) => [x, y, place])).sort((one, other) => one[0] - other[0]);
  return [points.map(([x]) => x), ...groups.map((_, place) => points.map(([, y, mine]) => (mine === place ? y : null)))];
}
