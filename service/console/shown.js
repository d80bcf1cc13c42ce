// The verdicts on the page: what was flagged, the threshold, the charts, the record that was picked, the table.

import { uplot } from "./charts.js";
import { latentMap } from "./latent.js";
import { made } from "./made.js";
import { record } from "./record.js";
import { Records } from "./records.js";
import { many, share } from "./said.js";
import { slider } from "./slider.js";
import { Timeline } from "./timeline.js";

const LEAST_COURSE = 3; // records that are a course

export async function shown({ box, tell, key, verdicts, described, known }) {
  const uPlot = await uplot();
  const heading = made("h2", { tabindex: "-1" });
  const details = made("section", { class: "record", "aria-live": "polite" });
  const usual = new Map(known?.features.map((each) => [each.name, each.usual_error]));
  const course = verdicts.rows >= LEAST_COURSE ? new Timeline(uPlot, verdicts, usual, pick) : null;
  const map = known?.latent ? latentMap(uPlot, known.latent, verdicts) : null;
  const list = new Records(verdicts, pick);
  let picked = verdicts.strangest();

  function count() {
    const { anomaly, unknown } = verdicts.counted();
    const flagged = `${anomaly ? many(anomaly, "anomaly", "anomalies") : "No anomaly"} of ${many(verdicts.rows, "record")}`;
    heading.textContent = `${flagged} (${share(anomaly / verdicts.rows)})${unknown ? `, ${many(unknown, "unknown", "unknown")}` : ""}`;
  }

  function pick(row) {
    picked = row;
    details.replaceChildren(record(verdicts, row, { pick, follow: course?.follow }), ...(map ? [map.element] : []));
    map?.pick(row);
    course?.pick(row);
    const cause = verdicts.cause(row);
    if (cause) course?.follow(cause.feature);
    list.mark(row);
  }

  function judge(threshold) {
    verdicts.threshold = threshold;
    count();
    course?.redraw();
    list.fill();
    pick(picked);
  }

  box.replaceChildren(heading, slider({ verdicts, described, sweep: known?.sweep, onMove: judge, key, tell }),
    ...(course ? [course.element] : []), details, ...(verdicts.rows > 1 ? [list.element] : []));
  count();
  pick(picked);
  return () => {
    course?.remove();
    map?.remove();
  };
}
