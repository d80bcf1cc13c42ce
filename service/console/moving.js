// Moving about in charts: to the side, nearer and farther, all of them together.

import { made } from "./made.js";

const NEARER = 0.7; // of the range that is left by a step nearer

// Moves every plot to a part of the horizontal axis: `about` is the part shown now and `whole` all of it.
function mover(plots, whole) {
  const to = (min, max) => {
    const width = Math.min(max - min, whole[1] - whole[0]);
    const left = Math.max(whole[0], Math.min(min, whole[1] - width));
    for (const plot of plots) plot.setScale("x", { min: left, max: left + width });
  };
  const { x } = plots[0].scales;
  const by = (share) => to(x.min + share * (x.max - x.min), x.max + share * (x.max - x.min));
  const near = (factor, middle = (x.min + x.max) / 2) => to(middle - factor * (middle - x.min), middle + factor * (x.max - middle));
  return { to, by, near };
}

// Buttons for keyboards and fingers, Ctrl with the wheel and Shift-drag for mice.
export function moves(plots, whole) {
  const move = mover(plots, whole);
  const act = (text, label, onclick) => made("button", { type: "button", "aria-label": label, title: label, onclick }, text);
  for (const plot of plots) handled(plot, move);
  return made("p", { class: "moves", role: "group", "aria-label": "Move about in the charts" },
    act("←", "Earlier", () => move.by(-0.5)), act("→", "Later", () => move.by(0.5)),
    act("+", "Nearer", () => move.near(NEARER)), act("−", "Farther", () => move.near(1 / NEARER)),
    act("All", "All records", () => move.to(...whole)));
}

function handled(plot, move) {
  plot.over.addEventListener("wheel", (event) => {
    if (!event.ctrlKey || !event.deltaY) return; // a page that is scrolled goes on being scrolled
    event.preventDefault();
    move.near(event.deltaY < 0 ? NEARER : 1 / NEARER, plot.posToVal(event.offsetX, "x"));
  }, { passive: false });
  plot.over.addEventListener("mousedown", (event) => {
    if (!event.shiftKey) return;
    event.stopImmediatePropagation();
    let at = event.clientX;
    const drag = (moved) => {
      move.by((at - moved.clientX) / plot.over.clientWidth);
      at = moved.clientX;
    };
    document.addEventListener("mousemove", drag);
    document.addEventListener("mouseup", () => document.removeEventListener("mousemove", drag), { once: true });
  }, { capture: true });
}
