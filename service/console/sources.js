// What was dropped or pasted: its media type, and whether it can be what its name says. Knows no service.

import { megabytes } from "./said.js";

const TYPES = {
  csv: "text/csv", json: "application/json", ndjson: "application/x-ndjson", jsonl: "application/x-ndjson",
  parquet: "application/vnd.apache.parquet", arrow: "application/vnd.apache.arrow.stream",
  npy: "application/x-npy", png: "image/png", jpg: "image/jpeg", jpeg: "image/jpeg",
};
const TEXT = new Set(["text/csv", "application/json", "application/x-ndjson"]);
const LOOKED_AT = 4096; // bytes that tell text from others
const MOST_BYTES = 16 * 2 ** 20;
export const ENDINGS = Object.keys(TYPES).map((each) => `.${each}`).join(",");

export async function fromFile(file) {
  const type = TYPES[file.name.toLowerCase().split(".").pop()];
  if (!type) throw new Error(`“${file.name}” is of a kind that is not read here. What is: ${Object.keys(TYPES).join(", ")}.`);
  if (!file.size) throw new Error(`“${file.name}” is empty.`);
  if (file.size > MOST_BYTES) throw tooLong(`“${file.name}”`, file.size);
  const body = new Uint8Array(await file.arrayBuffer());
  if (TEXT.has(type) && body.subarray(0, LOOKED_AT).includes(0)) {
    throw new Error(`“${file.name}” is not text, whatever its name says. Is it a spreadsheet, or compressed?`);
  }
  return { body, type, name: file.name };
}

export function fromText(text) {
  if (!text.trim()) throw new Error("There is nothing to score yet: paste CSV with a line of names, or JSON.");
  const body = new TextEncoder().encode(text);
  if (body.length > MOST_BYTES) throw tooLong("What was pasted", body.length);
  return { body, type: /^\s*[{[]/.test(text) ? TYPES.json : TYPES.csv, name: "pasted text" };
}

const tooLong = (what, bytes) =>
  new Error(`${what} has ${megabytes(bytes)}; this page takes ${megabytes(MOST_BYTES)}. “offbeat score FILE” reads files of any length.`);
