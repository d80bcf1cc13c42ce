// What the service is asked, and how its refusals are told to people. Knows no page.

const SHOWN = 5; // of the mistakes in a body

class Refused extends Error {
  constructor(problem, status) {
    const wrong = (problem.errors ?? []).map((each) => (each.pointer ? `${each.pointer}: ${each.detail}` : each.detail));
    super([problem.detail ?? `The service answered ${status}.`, ...wrong.slice(0, SHOWN)].join("\n"));
    this.status = status;
  }
}

export async function ask(path, options = {}) {
  let reply;
  try {
    reply = await fetch(path, options);
  } catch (error) {
    if (error.name === "AbortError") throw error;
    throw new Error("The service does not answer. It may be restarting: try again in a moment.");
  }
  if (reply.ok) return reply;
  throw new Refused(await reply.json().catch(() => ({})), reply.status);
}

const read = async (path) => (await ask(path)).json();
export const address = (...parts) => ["v1", "models", ...parts.map(encodeURIComponent)].join("/");

export const models = async () => (await read("v1/models")).models;
export const model = (name) => read(address(name));
export const version = (name, number) => read(address(name, "versions", number));
export const report = (name, number) => `${address(name, "versions", number)}/report`;

// What a version's report shows.
export const facts = (name, number) => read(`${report(name, number)}/facts`);

// How many seconds this machine's clock is ahead of the service's.
export async function ahead() {
  const reply = await ask("healthz");
  return Date.now() / 1000 - Date.parse(reply.headers.get("date")) / 1000;
}

export async function score(name, source, options) {
  const query = new URLSearchParams({ orient: "columns", embedding: true, ...options });
  const reply = await ask(`${address(name, "score")}?${query}`, {
    method: "POST", body: source.body, headers: { "content-type": source.type },
  });
  return reply.json();
}

const admin = (key, method, body) => ({
  method, headers: { authorization: `Bearer ${key}`, "content-type": "application/json" }, body: body && JSON.stringify(body),
});

// What an alias is from then on.
const changed = async (path, options) => (await ask(path, options)).json();

export const promote = (name, alias, number, key) =>
  changed(address(name, "aliases", alias), admin(key, "PUT", { version: number }));

export const rollBack = (name, alias, key) => changed(`${address(name, "aliases", alias)}/rollback`, admin(key, "POST"));

export const keepThreshold = (name, alias, threshold, key) =>
  changed(`${address(name, "aliases", alias)}/threshold`, admin(key, "PATCH", { threshold }));
