// Which page is shown, by the address: #models, #try, #live. Knows no chart.

import { made } from "./made.js";
import { Key } from "./key.js";

const PAGES = {
  models: () => import("./models.js"),
  try: () => import("./trial.js"),
  live: () => import("./live.js"),
};
const page = document.getElementById("page");
const told = document.getElementById("told");
const key = new Key();
let leave = () => {};
let visit = 0;

function tell(text, kind = "") {
  told.textContent = text;
  told.className = kind;
}

function mark(name) {
  for (const link of document.querySelectorAll("nav a")) {
    if (link.hash === `#${name}`) link.setAttribute("aria-current", "page");
    else link.removeAttribute("aria-current");
  }
}

async function go() {
  if (location.hash === "#page") return; // the skip link
  const [asked, ...rest] = location.hash.slice(1).split("/").map(decodeURIComponent);
  const name = asked in PAGES ? asked : "models";
  const mine = ++visit;
  leave();
  leave = () => {};
  tell("");
  mark(name);
  document.title = `${document.querySelector(`nav a[href="#${name}"]`).textContent} · offbeat`;
  const box = made("div", {}, made("p", { class: "dim" }, "Loading …"));
  page.replaceChildren(box);
  try {
    const { show } = await PAGES[name]();
    const left = await show({ box, tell, key, rest });
    if (mine === visit) leave = left ?? leave;
    else left?.();
  } catch (error) {
    box.replaceChildren(made("p", { class: "refused" }, error.message), made("button", { onclick: go }, "Try again"));
  }
}

addEventListener("hashchange", go);
go();
