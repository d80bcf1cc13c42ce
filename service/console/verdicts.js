// The verdicts of one reply, judged again by any threshold. Knows neither pages nor charts.

const TIME = /^\d{4}-\d\d-\d\d([T ]\d\d:\d\d(?::\d\d(?:[.]\d+)?)?(Z|[+-]\d\d:?\d\d)?)?$/;

export class Verdicts {
  constructor(reply, described) {
    const { results } = reply;
    this.model = reply.model;
    this.version = reply.version;
    this.served = reply.threshold;
    this.threshold = reply.threshold;
    this.results = results;
    this.rows = results.score.length;
    [this.timeName, this.times] = timesOf(results.passthrough ?? [], described);
    const { series } = described.window ?? {};
    this.series = series && results.passthrough?.every((each) => each[series] != null) ? results.passthrough.map((each) => String(each[series])) : null;
    this.order = [...Array(this.rows).keys()]; // of the records: in time where there is one
    if (this.times) this.order.sort((one, other) => this.times[one] - this.times[other]);
  }

  anomalyScore = (row) => (this.results.score[row] == null ? null : this.results.score[row] / this.threshold);

  verdict(row) {
    if (this.results.score[row] == null) return "unknown";
    return this.results.score[row] > this.threshold ? "anomaly" : "normal";
  }

  counted() {
    const found = { anomaly: 0, normal: 0, unknown: 0 };
    for (let row = 0; row < this.rows; row++) found[this.verdict(row)]++;
    return found;
  }

  cause = (row) => this.results.contributions[row]?.[0] ?? null;

  strangest() {
    let found = 0;
    for (let row = 1; row < this.rows; row++) {
      if ((this.results.score[row] ?? -1) > (this.results.score[found] ?? -1)) found = row;
    }
    return found;
  }

  // The next anomaly after a record, or before it, in the order of the chart; the same record where there is none.
  anomalyFrom(row, step) {
    for (let at = this.order.indexOf(row) + step; at >= 0 && at < this.rows; at += step) {
      if (this.verdict(this.order[at]) === "anomaly") return this.order[at];
    }
    return row;
  }
}

// The first column that holds nothing but times, and the seconds since 1970 of every record; null twice where none does.
function timesOf(passthrough, described) {
  const first = passthrough[0];
  if (!first || passthrough.length < 2) return [null, null];
  for (const name of [described.window?.timestamp, ...Object.keys(first)]) {
    const found = passthrough.map((each) => seconds(each[name]));
    if (found.every(Number.isFinite) && found.some((each) => each !== found[0])) return [name, found];
  }
  return [null, null];
}

// Of a time as ISO 8601 has it, in UTC where it names no zone; NaN of all else.
function seconds(text) {
  const found = typeof text === "string" ? TIME.exec(text) : null;
  if (!found) return NaN;
  const [, clock, zone] = found;
  return Date.parse(`${text.replace(" ", "T")}${clock && !zone ? "Z" : ""}`) / 1000;
}

// The share of ordinary records that a threshold flags, between those the report measured; null beyond them.
export function falseAlarms(sweep, threshold) {
  const at = sweep.thresholds.findIndex((each) => each >= threshold * (1 - 1e-8));
  if (at < 0) return null;
  if (at === 0) return threshold < sweep.thresholds[0] * (1 - 1e-8) ? null : sweep.flagged[0];
  const [low, high] = [Math.log(sweep.thresholds[at - 1]), Math.log(sweep.thresholds[at])];
  const part = Math.min(1, (Math.log(threshold) - low) / (high - low));
  return sweep.flagged[at - 1] + part * (sweep.flagged[at] - sweep.flagged[at - 1]);
}
