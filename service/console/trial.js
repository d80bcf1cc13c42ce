// Try it: records in, verdicts out. What came is judged once by the service; the threshold is moved here.

import { facts, model, models, score } from "./api.js";
import { dropping, Form } from "./form.js";
import { made } from "./made.js";
import { many } from "./said.js";
import { shown } from "./shown.js";
import { fromFile, isPicture } from "./sources.js";
import { Verdicts } from "./verdicts.js";

const DETAILED = 6 * 2 ** 20; // bytes of a body whose values are asked for, too
const CAUSES = 8; // of each record

export async function show({ box, tell, key, rest: [asked] }) {
  const served = (await models()).filter((each) => each.kind);
  if (!served.length) {
    box.replaceChildren(made("h1", {}, "Nothing to try yet"), made("p", {}, "No model is served. Train one with “offbeat train FILE --name NAME”."));
    return null;
  }
  const trial = new Trial(tell, key);
  const form = new Form(served.map((each) => each.model), asked, trial.take, tell);
  const forget = dropping(form.element, (file) => trial.take(form, () => fromFile(file)), tell);
  box.replaceChildren(made("h1", {}, "Try it"), form.element, trial.results);
  return () => {
    forget();
    trial.leave();
  };
}

class Trial {
  #tell; #key; #latest = 0; #remove = () => {};
  results = made("div", { id: "results" });

  constructor(tell, key) {
    this.#tell = tell;
    this.#key = key;
  }

  // Score what `source` makes, and show it; what comes late, after something newer, is not shown.
  take = async (form, source) => {
    const mine = ++this.#latest;
    this.#tell("Scoring …");
    try {
      const found = await judged(form.model, await source(), form.ignore);
      if (mine === this.#latest) await this.#show(found);
    } catch (error) {
      if (mine === this.#latest) this.#tell(error.message, "refused");
    }
  };

  async #show(found) {
    this.#remove();
    this.#remove = await shown({ box: this.results, tell: this.#tell, key: this.#key, ...found });
    this.#tell(`${many(found.verdicts.rows, "record")} of ${found.name}, judged by ${found.verdicts.model} ${found.verdicts.version}.`);
    this.results.querySelector("h2").focus();
  }

  leave() {
    this.#latest++;
    this.#remove();
  }
}

async function judged(name, source, ignore) {
  const picture = isPicture(source);
  const detailed = picture || source.body.length <= DETAILED;
  const options = { top_contributors: CAUSES, actual: detailed, expected: detailed, extra: ignore ? "ignore" : "reject", ...(picture && { error_map: true }) };
  const [reply, described] = await Promise.all([score(name, source, options), model(name)]);
  if (!described.champion) throw new Error(`${name} is not served any more.`);
  return { verdicts: new Verdicts(reply, described.champion), described, known: await facts(name, reply.version), name: source.name };
}
