// The last five minutes of what was scored, and no more than so many points of them. Knows no page.

const SECONDS = 300;
const LEAST_SECONDS = 60;
const MOST = 3000;
const PACE = 10; // seconds over which a rate is taken

export class Recent {
  #events = [];
  records = 0;
  anomalies = 0;

  add(event) {
    this.#events.push(event);
    this.records += event.records;
    this.anomalies += event.anomalies;
    while (this.#events.length > MOST || event.at - this.#events[0].at > SECONDS) this.#events.shift();
  }

  // Records a second, until this moment in seconds since 1970.
  rate(now) {
    const late = this.#events.filter((each) => each.at > now - PACE);
    return late.reduce((sum, each) => sum + each.records, 0) / PACE;
  }

  // From the first event, but a minute at least, until this moment.
  range = (now) => [Math.min(this.#events[0]?.at ?? now, now - LEAST_SECONDS), now];

  // Times, and the highest anomaly score at each.
  course() {
    const shown = this.#events.filter((each) => each.anomaly_scores.some((score) => score != null));
    return [shown.map((each) => each.at), shown.map((each) => Math.max(1e-3, ...each.anomaly_scores.filter((score) => score != null)))];
  }
}
