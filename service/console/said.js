// Numbers, shares and times as people read them.

export function number(value, digits = 4) {
  if (typeof value === "boolean" || typeof value === "string") return String(value);
  if (value == null || !Number.isFinite(value)) return "–";
  if (value !== 0 && (Math.abs(value) >= 1e9 || Math.abs(value) < 1e-4)) return value.toExponential(Math.min(digits, 3) - 1);
  return value.toLocaleString("en", { maximumSignificantDigits: Math.max(digits, String(Math.trunc(value)).length) });
}

export const count = (value) => value.toLocaleString("en");

export const many = (value, word, words = `${word}s`) => `${count(value)} ${value === 1 ? word : words}`;

export function share(value) {
  if (value == null) return "–";
  const percent = 100 * value;
  return `${percent > 0 && percent < 0.01 ? "< 0.01" : Number(percent.toPrecision(percent < 10 ? 2 : 3))} %`;
}

export const megabytes = (bytes) => `${number(bytes / 2 ** 20, 3)} MB`;

// In UTC.
export const when = (seconds) => new Date(1000 * seconds).toISOString().replace("T", " ").replace(/(\.000)?Z$/, "");
