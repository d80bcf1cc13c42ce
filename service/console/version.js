// What is known of one version: what it is, how good it was, what it reads. Made of its description and its report's facts.

import { report as address } from "./api.js";
import { made, row, table } from "./made.js";
import { many, number, share } from "./said.js";

const MOST_CATEGORIES = 8;
const NAMES = { auroc: "AUROC", average_precision: "average precision", f1: "F1", precision: "precision", recall: "recall" };

export const about = (version, facts) =>
  [made("h3", {}, `Version ${version.version}`), report(version), tiles(version, facts), ...quality(version), features(version, facts)];

const report = (version) => (version.report
  ? made("p", {}, made("a", { href: address(version.model, version.version), target: "_blank", rel: "noopener" }, "How it was trained: the report"))
  : made("p", { class: "dim" }, "It was published without a report."));

function tiles(version, facts) {
  const every = [
    ["variant", version.variant], ["score", version.head], ["judges", version.kind],
    ["own threshold", number(version.threshold)], ["set by", version.threshold_method],
    ["latents", version.latent_size], ["trained", version.created.slice(0, 10)],
    facts && ["records in its file", number(facts.rows, 9)],
    ["false alarms, test records", share(version.quality.false_positive_rate)],
  ];
  return made("dl", { class: "tiles" }, every.filter(Boolean).map(([name, value]) =>
    made("div", {}, made("dt", {}, name), made("dd", {}, String(value)))));
}

function quality(version) {
  const { labelled, injected_faults: faults } = version.quality;
  const measured = Object.entries(NAMES).filter(([name]) => typeof labelled?.[name] === "number");
  return [
    measured.length && table("On known anomalies", ["measure", ""], measured.map(([name, title]) => row(title, number(labelled[name], 3)))),
    faults && table("Faults injected into test records", ["fault", "detected", "cause named"], Object.entries(faults).map(([name, found]) =>
      row(name.replaceAll("_", " "), share(found.detected), share(found.top_contributor)))),
  ].filter(Boolean);
}

function features(version, facts) {
  const known = new Map(facts?.features.map((each) => [each.name, each]));
  return table(`Features: ${many(version.features.length, "column")}`, ["feature", "kind", "trained on", "typical", "missing"],
    version.features.map((each) => row(each.name, each.kind, range(each), number(each.typical ?? null), share(known.get(each.name)?.missing))));
}

function range(feature) {
  if (feature.kind === "numeric") return `${number(feature.minimum)} to ${number(feature.maximum)}`;
  if (feature.kind === "image") return `${feature.width} × ${feature.height} pixels`;
  const more = feature.categories.length - MOST_CATEGORIES;
  return feature.categories.slice(0, MOST_CATEGORIES).join(", ") + (more > 0 ? ` and ${more} more` : "");
}
