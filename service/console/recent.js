// The last five minutes of what was scored, and no more than so many points of them. Knows no page.

const SECONDS = 300;
const LEAST_SECONDS = 60;
const MOST = 3000;
const PACE = 10; // seconds over which a rate is taken
const SILENCE = 2; // seconds without an event that break the line
const LOWEST = 1e-3; // anomaly scores below are drawn here

export class Recent {
  #events = []; #since;
  records = 0;
  anomalies = 0;

  // since: the moment from which records are counted; what is older is drawn, and not counted. Moments are seconds since 1970.
  constructor(since) {
    this.#since = since;
  }

  add(event) {
    this.#events.push(event);
    if (event.at < this.#since) return;
    this.records += event.records;
    this.anomalies += event.anomalies;
  }

  forget(now) {
    while (this.#events.length > MOST || this.#events[0]?.at < now - SECONDS) this.#events.shift();
  }

  // Records a second, until now.
  rate(now) {
    const late = this.#events.filter((each) => each.at > now - PACE);
    return late.reduce((sum, each) => sum + each.records, 0) / PACE;
  }

  // From the first event, but a minute at least, until now.
  range = (now) => [Math.min(this.#events[0]?.at ?? now, now - LEAST_SECONDS), now];

  // Times, and the highest anomaly score at each; null where nothing was scored for a while.
  course() {
    const shown = this.#events.filter((each) => each.anomaly_scores.some((score) => score != null)).sort((one, other) => one.at - other.at);
    const [times, scores] = [[], []];
    for (const { at, anomaly_scores: found } of shown) {
      if (at - times.at(-1) > SILENCE) {
        times.push(times.at(-1) + SILENCE / 2);
        scores.push(null);
      }
      times.push(at);
      scores.push(Math.max(LOWEST, ...found.filter((score) => score != null)));
    }
    return [times, scores];
  }
}
