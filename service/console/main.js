// Which page is shown, by the address: #models, #try, #live. Knows no chart.

import { Key } from "./key.js";
import { made } from "./made.js";

const PAGES = {
  models: () => import("./models.js"),
  try: () => import("./trial.js"),
  live: () => import("./live.js"),
};
const page = document.getElementById("page");
const told = document.getElementById("told");
const links = [...document.querySelectorAll("nav a[data-page]")];
const key = new Key();
const kept = new Map(); // pages that are as they were when one comes back
let here = null;
let visit = 0;

function tell(text, kind = "") {
  told.textContent = text;
  told.className = kind;
  if (kind) told.scrollIntoView({ block: "nearest" });
}

function asked() {
  try {
    const [name, ...rest] = location.hash.slice(1).split("/").map(decodeURIComponent);
    return Object.hasOwn(PAGES, name) ? [name, rest] : ["models", []];
  } catch {
    return ["models", []];
  }
}

// The other pages are about the same model.
function mark(name, model) {
  for (const link of links) {
    if (model) link.hash = `${link.dataset.page}/${encodeURIComponent(model)}`;
    if (link.dataset.page === name) link.setAttribute("aria-current", "page");
    else link.removeAttribute("aria-current");
  }
  document.title = `${links.find((each) => each.dataset.page === name).textContent} · offbeat`;
}

async function go() {
  const [name, rest] = asked();
  const mine = ++visit;
  here?.leave?.();
  here = null;
  tell("");
  mark(name, rest[0]);
  const box = kept.get(name)?.box ?? made("div", {}, made("p", { class: "dim" }, "Loading …"));
  page.replaceChildren(box);
  if (mine > 1) page.focus({ preventScroll: true });
  try {
    const shown = kept.get(name)?.page ?? (await (await PAGES[name]()).show({ box, tell, key, rest }));
    if (mine !== visit) return shown?.leave?.();
    here = shown;
    if (shown?.back) {
      kept.set(name, { box, page: shown });
      shown.back(rest);
    }
  } catch (error) {
    box.replaceChildren(made("p", { class: "refused" }, error.message), made("button", { onclick: go }, "Try again"));
  }
}

document.querySelector(".skip").addEventListener("click", (event) => {
  event.preventDefault();
  page.focus();
});
addEventListener("hashchange", go);
go();
