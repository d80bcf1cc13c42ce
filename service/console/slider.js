// The threshold, moved: what is on the page is judged again, and beside it stands how often ordinary records are flagged.

import { keepThreshold } from "./api.js";
import { made } from "./made.js";
import { many, number, share } from "./said.js";
import { falseAlarms } from "./verdicts.js";

const SPAN = 4; // times the served threshold, and parts of it
const STEPS = 400;
const DAY = "a day at the pace of the training file";

export function slider({ verdicts, described, sweep, onMove, key, tell }) {
  const told = made("output", {});
  const field = made("input", { type: "range", name: "threshold", min: -STEPS, max: STEPS, value: 0, step: 1 });
  const value = () => verdicts.served * SPAN ** (field.value / STEPS);
  const back = made("button", { type: "button", onclick: () => to(0) }, "As served");
  const keep = made("button", { type: "button", onclick: kept }, "Keep for champion");

  function say() {
    const moved = Number(field.value) !== 0;
    const text = `${number(verdicts.threshold)}, ${moved ? `${number(verdicts.threshold / verdicts.served, 3)} times what is served` : "as served"}`;
    field.setAttribute("aria-valuetext", text);
    told.textContent = `${text}. ${alarms(sweep, verdicts.threshold)}`;
    back.disabled = keep.disabled = !moved;
  }

  function to(place) {
    field.value = place;
    onMove(value());
    say();
  }

  async function kept() {
    try {
      const done = await key.with((admin) => keepThreshold(described.model, "champion", verdicts.threshold, admin));
      if (done) tell(`${described.model}'s champion decides by ${number(verdicts.threshold)} from now on.`);
    } catch (error) {
      tell(error.message, "refused");
    }
  }

  let due = 0;
  field.addEventListener("input", () => {
    cancelAnimationFrame(due);
    due = requestAnimationFrame(() => to(field.value));
  });
  say();
  return made("div", { class: "threshold" }, made("label", {}, "Threshold", field), told, made("span", { class: "acts" }, back, keep));
}

function alarms(sweep, threshold) {
  if (!sweep) return "";
  const found = falseAlarms(sweep, threshold);
  if (found == null) return "How often ordinary records are flagged there was not measured.";
  const daily = sweep.rows_per_day ? `, ${many(Math.round(found * sweep.rows_per_day), "alarm")} ${DAY}` : "";
  return `Of ordinary records that were held out of training ${share(found)} are flagged${daily}.`;
}
