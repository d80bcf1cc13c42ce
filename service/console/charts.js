// uPlot, fetched when the first chart is drawn, and what all charts share: colours of the page, axes, size.

import { made } from "./made.js";
import { number } from "./said.js";

const HERE = new URL(".", import.meta.url);
const MOST_DECADES = 6;
let library;

export const uplot = () => (library ??= new Promise((done, failed) => {
  const lost = () => {
    library = null; // the next who asks tries again
    failed(new Error("The charts could not be loaded: the service does not answer. Try again in a moment."));
  };
  document.head.append(made("link", { rel: "stylesheet", href: `${HERE}vendor/uPlot.min.css` }));
  document.head.append(made("script", { src: `${HERE}vendor/uPlot.iife.min.js`, onload: () => done(window.uPlot), onerror: lost }));
}));

export const colour = (name) => () => getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim();

export const axis = (options = {}) => ({
  stroke: colour("dim"), grid: { stroke: colour("line"), width: 1 }, ticks: { stroke: colour("line"), width: 1 }, ...options,
});

export const values = () => axis({ size: 64, values: (_, splits) => splits.map((each) => number(each, 3)) });

// Of a logarithmic scale: the powers of ten alone, at most so many.
export const decades = () => ({
  ...values(),
  filter: (_, splits) => splits,
  splits: (_, at, low, high) => {
    const [from, to] = [Math.ceil(Math.log10(low)), Math.floor(Math.log10(high))];
    const step = Math.max(1, Math.ceil((to - from) / MOST_DECADES));
    return Array.from({ length: Math.floor((to - from) / step) + 1 }, (_each, place) => 10 ** (from + place * step));
  },
});

// The hours of a day from 0 to 23; below them the day, where it is another.
const DAY = "\n{D} {MMM} {YYYY}";
const TIMES = [
  [3600 * 24 * 365, "{YYYY}", null, null, null, null, null, null, 1],
  [3600 * 24 * 28, "{MMM}", "\n{YYYY}", null, null, null, null, null, 1],
  [3600 * 24, "{D} {MMM}", "\n{YYYY}", null, null, null, null, null, 1],
  [60, "{HH}:{mm}", DAY, null, DAY, null, null, null, 1],
  [1, "{HH}:{mm}:{ss}", DAY, null, DAY, null, null, null, 1],
  [0.001, ":{ss}.{fff}", "\n{HH}:{mm}", null, "\n{HH}:{mm}", null, "\n{HH}:{mm}", null, 1],
];

// Times are UTC wherever one looks.
export const utc = (uPlot) => ({ tzDate: (seconds) => uPlot.tzDate(new Date(seconds * 1e3), "Etc/UTC") });

export const horizontal = (timed) => axis({ space: 90, ...(timed ? { values: TIMES } : {}) });

// A line that is red where it is above the threshold.
export const aboveIsRed = (threshold) => (plot) => {
  const { ctx, bbox } = plot;
  const at = (plot.valToPos(threshold(), "y", true) - bbox.top) / bbox.height;
  if (!(at > 0)) return colour("blue")();
  const shades = ctx.createLinearGradient(0, bbox.top, 0, bbox.top + bbox.height);
  const [red, blue] = [colour("red")(), colour("blue")()];
  for (const [place, shade] of [[0, red], [Math.min(1, at), red], [Math.min(1, at), blue], [1, blue]]) shades.addColorStop(place, shade);
  return shades;
};

// A dashed line across a chart, at a value that may change.
export const ruled = (value) => (plot) => line(plot, plot.valToPos(value(), "y", true), true);

// A line down a chart, at a place that may be nowhere.
export const marked = (value) => (plot) => value() != null && line(plot, plot.valToPos(value(), "x", true), false);

function line({ ctx, bbox }, at, across) {
  const [low, long] = across ? [bbox.top, bbox.height] : [bbox.left, bbox.width];
  if (!(at >= low && at <= low + long)) return;
  ctx.save();
  ctx.strokeStyle = colour(across ? "orange" : "ink")();
  ctx.lineWidth = devicePixelRatio;
  if (across) ctx.setLineDash([6 * devicePixelRatio, 4 * devicePixelRatio]);
  ctx.beginPath();
  ctx.moveTo(across ? bbox.left : at, across ? at : bbox.top);
  ctx.lineTo(across ? bbox.left + bbox.width : at, across ? at : bbox.top + bbox.height);
  ctx.stroke();
  ctx.restore();
}

// What is drawn: a title, and how each thing looks.
export const legend = (title, keys) =>
  made("p", { class: "legend" }, title, " ", Object.entries(keys).map(([name, look]) => made("span", { class: `key ${look}` }, name)));

// A chart that is as wide as its box, and drawn again where the box or the colours of the page change.
export function drawn(uPlot, options, data, label) {
  const box = made("div", { class: "chart", role: "img", "aria-label": label });
  const plot = new uPlot({ legend: { show: false }, width: 300, ...options }, data, box);
  const sized = new ResizeObserver(() => box.clientWidth && plot.setSize({ width: box.clientWidth, height: options.height }));
  const scheme = matchMedia("(prefers-color-scheme: dark)");
  const again = () => plot.redraw(false, true);
  sized.observe(box);
  scheme.addEventListener("change", again);
  const remove = () => {
    sized.disconnect();
    scheme.removeEventListener("change", again);
    plot.destroy();
  };
  return { box, plot, remove };
}
