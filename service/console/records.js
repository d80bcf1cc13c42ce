// The records as a table, page by page: sorted by any column, all of them or the anomalies.

import { closed, made } from "./made.js";
import { count, number, when } from "./said.js";

const A_PAGE = 25;
const ORDER = ["unknown", "normal", "anomaly"];
// What each column is sorted by, and what stands in it.
const COLUMNS = {
  record: { key: (_, row) => row },
  "time (UTC)": { key: (verdicts, row) => verdicts.times[row], cell: when },
  verdict: { key: (verdicts, row) => ORDER.indexOf(verdicts.verdict(row)), cell: (place) => made("span", { class: `verdict ${ORDER[place]}` }, ORDER[place]), down: true },
  "anomaly score": { key: (verdicts, row) => verdicts.anomalyScore(row), cell: (value) => number(value, 3), down: true },
  severity: { key: (verdicts, row) => verdicts.results.severity[row], cell: (value) => number(value, 2), down: true },
  cause: { key: (verdicts, row) => verdicts.cause(row)?.feature ?? verdicts.results.reason[row], cell: (value) => value ?? "–" },
};

export class Records {
  #verdicts; #onPick; #names; #heads; #body = made("tbody"); #place = made("span", { role: "status" });
  #by = "anomaly score"; #down = true; #page = 0; #picked = null;
  #only = made("input", { type: "checkbox", onchange: () => this.#to(0) });
  #before = made("button", { type: "button", "aria-label": "Page before", onclick: () => this.#to(this.#page - 1) }, "←");
  #after = made("button", { type: "button", "aria-label": "Next page", onclick: () => this.#to(this.#page + 1) }, "→");

  constructor(verdicts, onPick) {
    this.#verdicts = verdicts;
    this.#onPick = onPick;
    this.#names = Object.keys(COLUMNS).filter((name) => name !== "time (UTC)" || verdicts.times);
    this.#heads = new Map(this.#names.map((name) => [name, made("th", { scope: "col" }, made("button", { type: "button", onclick: () => this.#sort(name) }, name))]));
    this.element = made("section", { "aria-label": "Records" },
      made("div", { class: "acts" }, made("label", {}, this.#only, " anomalies only"), this.#before, this.#place, this.#after),
      made("div", { class: "wide", tabindex: "0", role: "region", "aria-label": "Table of records" },
        made("table", { class: "records" }, made("caption", { class: "unseen" }, "Records and verdicts"),
          made("thead", {}, made("tr", {}, [...this.#heads.values()])), this.#body)));
    this.fill();
  }

  fill() {
    const rows = this.#sorted();
    const pages = Math.max(1, Math.ceil(rows.length / A_PAGE));
    this.#page = Math.max(0, Math.min(this.#page, pages - 1));
    for (const [name, head] of this.#heads) head.setAttribute("aria-sort", name !== this.#by ? "none" : this.#down ? "descending" : "ascending");
    closed(this.#before, this.#page === 0);
    closed(this.#after, this.#page === pages - 1);
    const place = rows.length ? `page ${count(this.#page + 1)} of ${count(pages)}` : "no anomaly at this threshold";
    if (this.#place.textContent !== place) this.#place.textContent = place; // told again only when it is another
    this.#body.replaceChildren(...rows.slice(this.#page * A_PAGE, (this.#page + 1) * A_PAGE).map((row) => this.#line(row)));
  }

  mark(row) {
    this.#picked = row;
    for (const each of this.#body.children) current(each, each.dataset.row === String(row));
  }

  #to(page) {
    this.#page = page;
    this.fill();
  }

  #sort(name) {
    this.#down = this.#by === name ? !this.#down : Boolean(COLUMNS[name].down);
    this.#by = name;
    this.#to(0);
  }

  #sorted() {
    const { key } = COLUMNS[this.#by];
    const rows = this.#verdicts.order.filter((row) => !this.#only.checked || this.#verdicts.verdict(row) === "anomaly");
    const keys = new Map(rows.map((row) => [row, key(this.#verdicts, row)]));
    return rows.sort((one, other) => compared(keys.get(one), keys.get(other), this.#down) || one - other);
  }

  #line(row) {
    return made("tr", { "data-row": row, "aria-current": row === this.#picked && "true", onclick: () => this.#onPick(row) },
      made("th", { scope: "row" }, made("button", { type: "button", "aria-label": `Record ${row + 1}` }, count(row + 1))),
      this.#names.slice(1).map((name) => made("td", {}, COLUMNS[name].cell(COLUMNS[name].key(this.#verdicts, row)))));
  }
}

function current(line, is) {
  if (is) line.setAttribute("aria-current", "true");
  else line.removeAttribute("aria-current");
}

// Nothing comes last, whichever way it is sorted.
function compared(one, other, down) {
  if (one == null || other == null) return (one == null) - (other == null);
  const found = typeof one === "string" ? one.localeCompare(other) : one - other;
  return down ? -found : found;
}
