// Try it: records in, verdicts out. What came is judged once by the service; the threshold is moved here.

import { facts, model, models, score } from "./api.js";
import { uplot } from "./charts.js";
import { dropping, Form } from "./form.js";
import { made } from "./made.js";
import { many } from "./said.js";
import { Shown } from "./shown.js";
import { fromFile } from "./sources.js";
import { Verdicts } from "./verdicts.js";

const DETAILED = 6 * 2 ** 20; // bytes of a body whose values are asked for, too
const CAUSES = 8; // of each record

export async function show({ box, tell, key }) {
  const served = await judging();
  if (!served.length) {
    box.replaceChildren(made("h1", {}, "Nothing to try yet"), made("p", {}, "No model is served. Train one with “offbeat train FILE --name NAME”."));
    return null;
  }
  return new Trial(box, served, tell, key);
}

const judging = async () => (await models()).filter((each) => each.kind);

class Trial {
  #tell; #key; #form; #forget = null; #latest = 0; #shown = null;
  #results = made("div", { id: "results" });

  constructor(box, served, tell, key) {
    this.#tell = tell;
    this.#key = key;
    this.#form = new Form(served, (source) => this.#take(source), tell);
    box.replaceChildren(made("h1", {}, "Try it"), this.#form.element, this.#results);
  }

  // The page is shown, for the first time or again, perhaps about another model.
  async back([asked]) {
    const forget = (this.#forget = dropping(this.#form.element, (file) => this.#take(() => fromFile(file)), this.#tell));
    const known = !asked || this.#form.choose(asked);
    const served = await judging().catch(() => []); // there may be others by now; who does not answer is told of when something is scored
    if (forget !== this.#forget) return; // left meanwhile
    if (served.length) this.#form.offer(served);
    if (!known && !this.#form.choose(asked)) this.#tell(`There is no model ${asked}.`, "refused");
  }

  leave() {
    this.#forget?.(); // none where somebody left before the page was there
    this.#forget = null;
    this.#latest++;
  }

  // Score what `source` makes, and show it; what comes late, after something newer, is not shown.
  async #take(source) {
    const mine = ++this.#latest;
    this.#tell("Scoring …");
    try {
      const [found, uPlot] = await Promise.all([judged(this.#form.model, await source(), this.#form.ignore), uplot()]);
      if (mine === this.#latest) this.#show(found, uPlot);
    } catch (error) {
      if (mine === this.#latest) this.#tell(error.message.replace("extra=ignore", `a tick at “${this.#form.tick}”`), "refused");
    }
  }

  #show(found, uPlot) {
    this.#shown?.remove();
    this.#shown = new Shown({ uPlot, ...found, key: this.#key, tell: this.#tell });
    this.#results.replaceChildren(...this.#shown.elements);
    const { rows, model: name, version } = found.verdicts;
    this.#tell(`${many(rows, "record")} of ${found.name}, judged by ${name} ${version}.`);
    this.#shown.focus();
  }
}

async function judged({ model: name, kind }, source, ignore) {
  const detailed = source.body.length <= DETAILED;
  const options = { top_contributors: CAUSES, actual: detailed, expected: detailed, extra: ignore ? "ignore" : "reject", ...(kind === "images" && { error_map: detailed }) };
  const [reply, described] = await Promise.all([score(name, source, options), model(name)]);
  if (!described.champion) throw new Error(`${name} is not served any more.`);
  const known = described.champion.version === reply.version && described.champion.report ? await facts(name, reply.version) : null;
  return { verdicts: new Verdicts(reply, described.champion), known, name: source.name };
}
