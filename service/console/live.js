// Live: what the service scores now, by server-sent events. Only the last of them are kept.

import { address, ahead, models } from "./api.js";
import { uplot } from "./charts.js";
import { made } from "./made.js";
import { many } from "./said.js";
import { Stream } from "./stream.js";
import { Watched } from "./watched.js";

const EVERY = 500; // milliseconds between two drawings

export async function show({ box, tell, rest: [asked] }) {
  const served = (await models()).filter((each) => each.kind).map((each) => each.model);
  const chosen = served.includes(asked) ? asked : served[0];
  if (asked && chosen !== asked) tell(`There is no model ${asked}.`, "refused");
  if (!chosen) {
    box.replaceChildren(made("h1", {}, "Nothing to watch yet"), made("p", {}, "No model is served. Train one with “offbeat train FILE --name NAME”."));
    return null;
  }
  const select = made("select", { name: "model", onchange: () => (location.hash = `live/${encodeURIComponent(select.value)}`) },
    served.map((name) => made("option", { selected: name === chosen }, name)));
  const state = made("p", { class: "state", role: "status" }, "Connecting …");
  const rest = made("div");
  box.replaceChildren(made("h1", {}, "Live"), made("p", {}, made("label", {}, "Model ", select)), state, rest);
  if (document.documentElement.dataset.live === "off") return off(state, rest);
  return follow(`${address(chosen)}/events`, (text, kind = "") => said(state, text, kind), rest, tell);
}

function off(state, rest) {
  said(state, "Nothing is shown live here.", "");
  rest.replaceChildren(made("p", {}, "It is off unless whoever runs the service wants it: "), made("pre", {}, "offbeat serve --events"));
  return null;
}

function said(state, text, kind) {
  state.textContent = text;
  state.className = `state ${kind}`;
}

async function follow(path, say, rest, tell) {
  const watched = new Watched(await uplot(), await ahead());
  rest.replaceChildren(watched.element);
  const stream = new Stream(path, say, {
    scored: (event) => watched.scored(event),
    anomaly: (event) => watched.anomaly(event),
    skipped: (event) => tell(`${many(event.events, "event")} left out: more came than this page could take.`),
  });
  const timer = setInterval(() => watched.draw(), EVERY);
  return {
    leave() {
      clearInterval(timer);
      stream.close();
      watched.remove();
    },
  };
}
