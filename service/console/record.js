// One record: its verdict, and why. Of a picture also what was expected, and where it is strange.

import { bar, made } from "./made.js";
import { count, number, share, when } from "./said.js";

const LEAST_SHARE = 0.01; // of a score; what adds less is not listed

export function record(verdicts, row, follow) {
  const { results } = verdicts;
  const verdict = verdicts.verdict(row);
  const causes = (results.contributions[row] ?? []).filter((each, place) => !place || each.share >= LEAST_SHARE);
  return made("div", {},
    made("h3", {}, `Record ${count(row + 1)} `, made("span", { class: `verdict ${verdict}` }, verdict)),
    made("p", { class: "dim" }, facts(verdicts, row).join(" · ")),
    [results.reason[row], ...(results.warnings[row] ?? [])].filter(Boolean).map((each) => made("p", { class: "warned" }, each)),
    imputed(results.imputed[row] ?? []),
    pictures(results, row),
    causes.length ? made("h4", {}, "What made the score") : null,
    made("ol", { class: "causes" }, causes.map((each) => cause(each, typeof each.expected === "number" && results.actual && !results.error_map ? follow : null))));
}

function facts(verdicts, row) {
  const { results } = verdicts;
  if (results.score[row] == null) return verdicts.times ? [`${when(verdicts.times[row])} UTC`] : [];
  return [
    verdicts.times && `${when(verdicts.times[row])} UTC`,
    `anomaly score ${number(verdicts.anomalyScore(row), 3)}`,
    `severity ${number(results.severity[row], 2)}`,
    `p-value ${number(results.p_value[row], 2)}`,
    ...Object.entries(results.passthrough?.[row] ?? {}).filter(([name, value]) => value != null && name !== verdicts.timeName).map(([name, value]) => `${name} ${value}`),
  ].filter(Boolean);
}

const imputed = (names) => names.length > 0 && made("p", { class: "warned" }, `Missing, and filled in: ${names.join(", ")}`);

function cause(found, follow) {
  const { feature, actual, expected, share: part, direction } = found;
  const side = direction === "other" ? "" : ` (${direction} what was expected)`;
  const name = follow ? made("button", { type: "button", class: "plain", title: "Show over time", onclick: () => follow(feature) }, feature) : made("span", {}, feature);
  return made("li", {}, name, bar(part), made("span", { class: "number" }, share(part)),
    made("small", {}, `${number(actual)} where ${number(expected)} was expected${side}`));
}

function pictures(results, row) {
  const picture = (title, data) => data && made("figure", {}, made("img", { src: `data:image/png;base64,${data}`, alt: title }), made("figcaption", {}, title));
  if (!results.error_map?.[row]) return null;
  const [name] = Object.keys(results.actual[row]);
  return made("div", { class: "pictures" }, picture("as it is", results.actual[row][name]),
    picture("as expected", results.expected[row]?.[name]), picture("where it is strange", results.error_map[row]));
}
