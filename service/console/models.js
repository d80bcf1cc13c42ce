// Models: what is served, and where each alias points. What is said of one version is made in version.js.

import { facts, keepThreshold, model, models, promote, report, rollBack, version } from "./api.js";
import { made, row, table } from "./made.js";
import { count, many, number } from "./said.js";
import { about } from "./version.js";

export async function show({ box, tell, key, rest: [name, chosen] }) {
  const every = await models();
  if (!every.length) return empty(box);
  const current = every.find((each) => each.model === name) ?? every[0];
  if (name && current.model !== name) tell(`There is no model ${name} any more.`, "refused");
  const described = await model(current.model);
  const again = () => show({ box, tell, key, rest: [current.model, chosen] });
  const change = (act, done) => changed(key, act, again, tell, done);
  const details = made("section", { "aria-label": current.model }, made("h2", {}, described.model), faults(described),
    aliases(described, change), versions(described, change));
  box.replaceChildren(made("h1", { class: "unseen" }, "Models"), list(every, current), details);
  const known = chosen ? await version(current.model, chosen) : described.champion;
  if (known) details.append(...about(known, await facts(known.model, known.version)));
}

const empty = (box) =>
  box.replaceChildren(made("h1", {}, "No model yet"),
    made("p", {}, "Train one, and it is served a second later:"),
    made("pre", {}, "offbeat train FILE.csv --name NAME"));

const list = (every, current) =>
  made("ul", { class: "models" }, every.map((each) => made("li", {},
    made("a", { href: `#models/${encodeURIComponent(each.model)}`, "aria-current": each === current && "page" },
      made("strong", {}, each.model), made("small", {}, `${each.kind ?? "not served"} · ${many(each.versions.length, "version")}`)))));

const faults = (described) =>
  Object.entries(described.faults).map(([alias, why]) => made("p", { class: "refused" }, `${alias}: ${why}`));

function aliases(described, change) {
  const back = (each) => made("button", {
    onclick: () => change((key) => rollBack(described.model, each.alias, key), `${each.alias} is what it was before.`),
  }, "Roll back");
  const own = (each) => each.threshold_method === "manual" && made("button", {
    onclick: () => change((key) => keepThreshold(described.model, each.alias, null, key), "The version's own threshold decides again."),
  }, "Its own threshold");
  return table("Aliases", ["alias", "version", "", "threshold", "by", "digest"], described.aliases.map((each) =>
    row(each.alias, each.version, made("span", { class: "acts" }, back(each), own(each)),
      number(each.threshold), each.threshold_method, digest(each.digest))));
}

function versions(described, change) {
  const champion = described.champion?.version;
  const link = (each) => made("a", { href: `#models/${encodeURIComponent(described.model)}/${each}` }, `version ${each}`);
  const lift = (each) => made("button", {
    onclick: () => change((key) => promote(described.model, "champion", each, key), `Version ${count(each)} is champion.`),
  }, `Promote ${each}`);
  return table("Versions", ["version", "", "serves as", "how it was trained"], [...described.versions].reverse().map((each) =>
    row(link(each), each === champion ? "" : lift(each),
      described.aliases.filter((alias) => alias.version === each).map((alias) => alias.alias).join(", ") || "–",
      made("a", { href: report(described.model, each), target: "_blank", rel: "noopener" }, "report"))));
}

const digest = (text) => made("code", { title: text }, text.slice(7, 19));

async function changed(key, act, again, tell, done) {
  try {
    if (!(await key.with(act))) return;
    await again();
    tell(done);
  } catch (error) {
    tell(error.message, "refused");
  }
}
