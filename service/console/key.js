// Changes of the service: asked for once more before they are made, with the admin key where it is not known yet.
// The key is kept as long as the page is open, and nowhere else.

import { made } from "./made.js";

export class Key {
  #key = "";
  #asking = false;

  // Ask whether to do `what`, then do it with the key; what `act` makes of it, or null where somebody thought better of it.
  async with(what, question, act) {
    if (this.#asking) return null; // a second click
    this.#asking = true;
    try {
      const key = await asked(what, question, this.#key);
      return key && (await this.#tried(key, act));
    } finally {
      this.#asking = false;
    }
  }

  async #tried(key, act) {
    try {
      const found = await act(key);
      this.#key = key;
      return found;
    } catch (error) {
      if (error.status === 401) this.#key = "";
      throw error;
    }
  }
}

function asked(what, question, known) {
  const field = made("input", { type: "password", name: "key", autocomplete: "off", required: true });
  field.value = known;
  const form = made("form", {}, made("p", {}, question),
    !known && made("label", {}, "The service's admin key", field),
    !known && made("p", { class: "dim small" }, "It is OFFBEAT_ADMIN_KEY of the service, and is forgotten when this page is closed."),
    made("p", { class: "acts" }, made("button", { class: "main" }, what), made("button", { type: "button", onclick: () => dialog.close() }, "Cancel")));
  const dialog = made("dialog", { "aria-label": what }, form);
  document.body.append(dialog);
  return new Promise((settle) => {
    let key = null;
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      key = field.value;
      dialog.close();
    });
    dialog.addEventListener("close", () => {
      dialog.remove();
      settle(key);
    });
    dialog.showModal();
  });
}
