// Live: what the service scores now, by server-sent events. Only the last of them are kept.

import { address, ask, models } from "./api.js";
import { uplot } from "./charts.js";
import { made } from "./made.js";
import { many } from "./said.js";
import { Watched } from "./watched.js";

const EVERY = 500; // milliseconds between two drawings

export async function show({ box, tell, rest: [asked] }) {
  const served = (await models()).filter((each) => each.kind).map((each) => each.model);
  const chosen = served.includes(asked) ? asked : served[0];
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
  const watched = new Watched(await uplot());
  rest.replaceChildren(watched.element);
  const source = new EventSource(path);
  const heard = {
    scored: (event) => watched.scored(event),
    anomaly: (event) => watched.anomaly(event),
    skipped: (event) => tell(`${many(event.events, "event")} left out: more came than this page could take.`),
    gone: () => {
      source.close();
      say("This model was removed from the repository.", "refused");
    },
  };
  for (const [name, act] of Object.entries(heard)) source.addEventListener(name, (event) => act(JSON.parse(event.data)));
  source.onopen = () => say("Connected: what is scored now is shown here.");
  source.onerror = async () => say(source.readyState === EventSource.CLOSED ? await refusal(path) : "The service does not answer. This page goes on trying, and what it has shown stays.", "refused");
  const timer = setInterval(() => watched.draw(Date.now() / 1000), EVERY);
  return () => {
    clearInterval(timer);
    source.close();
    watched.remove();
  };
}

// Why a stream was refused, which an EventSource does not tell.
async function refusal(path) {
  const stop = new AbortController();
  try {
    await ask(path, { signal: stop.signal });
    return "The service has closed the stream. Open this page again to go on.";
  } catch (error) {
    return error.message;
  } finally {
    stop.abort();
  }
}
