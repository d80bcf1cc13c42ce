// Elements from names and text. Text is never markup, whatever it holds.

export function made(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else if (value === true) element.setAttribute(name, "");
    else if (value !== false && value != null) element.setAttribute(name, value);
  }
  element.append(...children.flat().filter((each) => each != null && each !== false));
  return element;
}

// A button that has nothing to do keeps the focus; its click must do nothing.
export const closed = (button, is) => button.setAttribute("aria-disabled", String(is));

export const bar = (share) => {
  const filled = made("i");
  filled.style.width = `${Math.max(0, Math.min(1, share)) * 100}%`;
  return made("span", { class: "bar" }, filled);
};

export const table = (caption, head, rows) =>
  made("div", { class: "wide", tabindex: "0", role: "region", "aria-label": caption },
    made("table", {},
      made("caption", {}, caption),
      made("thead", {}, made("tr", {}, head.map((each) => (each instanceof Node ? each : made(each ? "th" : "td", each ? { scope: "col" } : {}, each))))),
      made("tbody", {}, rows)));

export const row = (name, ...cells) =>
  made("tr", {}, made("th", { scope: "row" }, name), cells.map((each) => made("td", {}, each)));
