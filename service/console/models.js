// Models: what is served, and where each alias points. What is said of one version is made in version.js.

import { facts, keepThreshold, model, models, promote, rollBack, version } from "./api.js";
import { made, row, table } from "./made.js";
import { many, number } from "./said.js";
import { about } from "./version.js";

const EVERY = 3000; // milliseconds between two looks at what others have changed

export async function show({ box, tell, key, rest: [name, chosen] }) {
  const every = await models();
  if (!every.length) return empty(box);
  const current = every.find((each) => each.model === name) ?? every[0];
  if (name && current.model !== name) tell(`There is no model ${name} any more.`, "refused");
  const page = new Models(box, tell, key, current.model, chosen);
  box.replaceChildren(made("h1", { class: "unseen" }, "Models"), list(every, current), page.element);
  await page.fill();
  return page;
}

function empty(box) {
  box.replaceChildren(made("h1", {}, "No model yet"), made("p", {}, "Train one, and it is served a second later:"),
    made("pre", {}, "offbeat train FILE.csv --name NAME"));
  return null;
}

const list = (every, current) =>
  made("ul", { class: "models" }, every.map((each) => made("li", {},
    made("a", { href: `#models/${encodeURIComponent(each.model)}`, "aria-current": each === current && "page" },
      made("strong", {}, each.model), made("small", {}, `${each.kind ?? "not served"} · ${many(each.versions.length, "version")}`)))));

class Models {
  #tell; #key; #name; #chosen; #control = made("div"); #about = made("div"); #seen = ""; #timer;

  constructor(box, tell, key, name, chosen) {
    Object.assign(this, { element: made("section", { "aria-label": name }, made("h2", { tabindex: "-1" }, name), this.#control, this.#about) });
    this.#tell = tell;
    this.#key = key;
    this.#name = name;
    this.#chosen = chosen;
    this.#timer = setInterval(() => this.#look(), EVERY);
  }

  async fill() {
    const described = await this.#described();
    const known = this.#chosen ? await version(this.#name, this.#chosen) : described.champion;
    this.#about.replaceChildren(...(known ? about(known, known.report ? await facts(this.#name, known.version) : null) : []));
  }

  leave = () => clearInterval(this.#timer);

  // What others change is shown, too; whatever cannot be read is tried again.
  #look() {
    if (!document.hidden) this.#described().catch(() => {});
  }

  async #described() {
    const described = await model(this.#name);
    const seen = JSON.stringify([described.aliases, described.versions, described.faults]);
    if (seen !== this.#seen) this.#drawn(described);
    this.#seen = seen;
    return described;
  }

  #drawn(described) {
    const focused = this.#control.contains(document.activeElement);
    this.#control.replaceChildren(...faults(described), this.#aliases(described), this.#versions(described));
    if (focused) this.element.querySelector("h2").focus();
  }

  #aliases({ aliases, faults: faulty }) {
    const lost = Object.keys(faulty).filter((alias) => !aliases.some((each) => each.alias === alias));
    return table("Aliases", ["alias", "version", "", "threshold", "by", "digest"], [
      ...aliases.map((each) => row(each.alias, each.version, this.#acts(this.#back(each.alias, `version ${each.version}`), this.#own(each)),
        number(each.threshold), each.threshold_method, made("code", { title: each.digest }, each.digest.slice(7, 19)))),
      ...lost.map((alias) => row(alias, "–", this.#acts(this.#back(alias, "nothing")), "–", "–", "–"))]);
  }

  #versions({ model: name, versions, aliases }) {
    const champion = aliases.find((each) => each.alias === "champion");
    return table("Versions", ["version", "", "serves as"], [...versions].reverse().map((each) =>
      row(made("a", { href: `#models/${encodeURIComponent(name)}/${each}` }, `version ${each}`),
        this.#acts(each !== champion?.version && this.#lift(each, champion)),
        aliases.filter((alias) => alias.version === each).map((alias) => alias.alias).join(", ") || "–")));
  }

  #acts = (...buttons) => (document.documentElement.dataset.admin === "off" ? "" : made("span", { class: "acts" }, ...buttons));

  #lift = (number_, champion) => this.#button(`Promote ${number_}`, `${this.#name}'s champion ${champion ? `is version ${champion.version}` : "is nothing"}. Make it version ${number_}?`,
    (key) => promote(this.#name, "champion", number_, key));

  #back = (alias, serves) => this.#button("Roll back", `${this.#name}'s ${alias} serves ${serves}. Make it what it was before its last change?`,
    (key) => rollBack(this.#name, alias, key));

  #own = (each) => each.threshold_method === "manual" && this.#button("Its own threshold", `${this.#name}'s ${each.alias} decides by ${number(each.threshold)}. Let the version's own threshold decide again?`,
    (key) => keepThreshold(this.#name, each.alias, null, key));

  #button = (text, question, act) => made("button", { type: "button", onclick: () => this.#change(text, question, act) }, text);

  async #change(what, question, act) {
    try {
      const now = await this.#key.with(what, question, act);
      if (!now) return;
      this.#tell(`${now.alias} is version ${now.version}, and decides by ${number(now.threshold)}.`);
      await this.fill();
    } catch (error) {
      this.#tell(error.message, "refused");
    }
  }
}

const faults = (described) =>
  Object.entries(described.faults).map(([alias, why]) => made("p", { class: "refused" }, `${alias}: ${why}`));
