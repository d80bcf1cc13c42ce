// The admin key: asked for when it is first needed, kept as long as the page is open and nowhere else.

import { made } from "./made.js";

export class Key {
  #key = "";

  // What `act` does with the key; false where somebody thought better of it.
  async with(act) {
    if (!this.#key) this.#key = await asked();
    if (!this.#key) return false;
    try {
      await act(this.#key);
      return true;
    } catch (error) {
      if (error.status === 401) this.#key = "";
      throw error;
    }
  }
}

function asked() {
  const field = made("input", { type: "password", name: "key", autocomplete: "off", required: true });
  const leave = made("button", { type: "button", onclick: () => dialog.close() }, "Cancel");
  const form = made("form", {},
    made("label", {}, "The service's admin key", field),
    made("p", { class: "dim" }, "It is OFFBEAT_ADMIN_KEY of the service, and is forgotten when this page is closed."),
    made("p", {}, made("button", { class: "main" }, "Go on"), " ", leave));
  const dialog = made("dialog", { "aria-label": "Admin key" }, form);
  document.body.append(dialog);
  return new Promise((settle) => {
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      dialog.close(field.value);
    });
    dialog.addEventListener("close", () => {
      settle(dialog.returnValue);
      dialog.remove();
    });
    dialog.showModal();
  });
}
