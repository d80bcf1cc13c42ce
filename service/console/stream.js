// A stream of events that comes back: after the service was gone, and after nobody looked. Knows no chart.

import { ask } from "./api.js";

const PAUSE = 5000; // milliseconds before a stream that was refused is asked for again
const MOST_IDS = 2000; // of events, so that none is heard twice

export class Stream {
  #path; #say; #heard; #source = null; #timer; #ended = false; #ids = new Set();
  #turned = () => (document.hidden ? this.#stop() : this.#open());

  // heard: what to do with each kind of event. say: told how it stands.
  constructor(path, say, heard) {
    this.#path = path;
    this.#say = say;
    this.#heard = heard;
    document.addEventListener("visibilitychange", this.#turned); // a browser has few connections, and one that is not looked at needs none
    this.#open();
  }

  close() {
    this.#ended = true;
    document.removeEventListener("visibilitychange", this.#turned);
    this.#stop();
  }

  #stop() {
    clearTimeout(this.#timer);
    this.#source?.close();
    this.#source = null;
  }

  #open() {
    this.#stop();
    if (this.#ended) return;
    const source = (this.#source = new EventSource(this.#path));
    for (const [name, act] of Object.entries(this.#heard)) source.addEventListener(name, (event) => this.#once(event) && act(JSON.parse(event.data)));
    source.addEventListener("gone", () => this.#gone());
    source.onopen = () => this.#say("Connected: what is scored now is shown here.");
    source.onerror = () => this.#lost(source);
  }

  #once({ type, lastEventId: id }) {
    if (type === "skipped" || !id) return true;
    const seen = this.#ids.has(id);
    this.#ids.add(id);
    if (this.#ids.size > MOST_IDS) this.#ids.delete(this.#ids.values().next().value);
    return !seen;
  }

  #gone() {
    this.close();
    this.#say("This model was removed from the repository.", "refused");
  }

  // A browser tries again by itself where nobody answered, and not where somebody refused.
  async #lost(source) {
    if (source.readyState !== EventSource.CLOSED) {
      return this.#say("The service does not answer. This page goes on trying, and what it has shown stays.", "refused");
    }
    const why = await refusal(this.#path);
    if (source !== this.#source) return null;
    this.#say(`${why} This page tries again.`, "refused");
    this.#timer = setTimeout(() => this.#open(), PAUSE);
    return null;
  }
}

// Why a stream was refused, which an EventSource does not tell.
async function refusal(path) {
  const stop = new AbortController();
  try {
    await ask(path, { signal: stop.signal });
    return "The service has closed the stream.";
  } catch (error) {
    return error.message;
  } finally {
    stop.abort();
  }
}
