/**
 * Framing: no list of fields makes the guard throw, and what it lets pass has only one reading: written on a wire and
 * read by the simplest of parsers, it is the same list, with one host, one length and no second of what comes once.
 */
import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import * as fc from "fast-check";
import { SINGLE_FIELDS } from "../src/doors/inbound/screen/framing/field-faults.ts";
import { framing } from "../src/doors/inbound/screen/framing.ts";
import { exchangeOf, type Given, siteOf } from "../test/walk.ts";

const NAMES: readonly string[] = [...SINGLE_FIELDS, "connection", "x-any", "x_any", "te", "trailer", "keep-alive", "X-Any", ":path", "", "x any", "x-any:", "x\n"];
const PIECES: readonly string[] = [
  ..."chunked Chunked identity gzip close keep-alive x-any upgrade 100-continue api.example evil.example :80 :x 0 5 +5 -1 0x5 , ; = @ / [::1] [".split(" "),
  " ",
  "\t",
  "\r",
  "\n",
  "\r\n ",
  "\0",
  "\u000b",
  "\u007f",
  "\u0085",
  "\u00a0",
  "\u00e9",
  "\u0100",
  "\u2028",
  "\ud800",
];

const VALUE = fc.oneof(
  { weight: 3, arbitrary: fc.constantFrom("", "chunked", "identity", "5", "close", "api.example", "100-continue", "keep-alive") },
  { weight: 1, arbitrary: fc.array(fc.oneof({ weight: 9, arbitrary: fc.constantFrom(...PIECES) }, fc.string({ unit: "binary", maxLength: 2 })), { maxLength: 6 }).map((pieces) => pieces.join("")) },
);
const FIELD = fc.tuple(fc.oneof({ weight: 9, arbitrary: fc.constantFrom(...NAMES) }, fc.string({ unit: "binary", maxLength: 4 })), VALUE);
const HOST: readonly [string, string] = ["host", "api.example"];
const FIELDS = fc.oneof(
  fc.array(FIELD, { maxLength: 4 }).map((fields) => [HOST, ...fields]),
  fc.array(FIELD, { maxLength: 4 }),
);
const GIVEN: fc.Arbitrary<Given> = fc.record({ fields: FIELDS, version: fc.constantFrom("1.0", "1.1", "2"), method: fc.constantFrom("GET", "POST", "get", "") });

const guard = framing.post({ hosts: ["api.example", "[::1]"] }, { pointer: "", report: () => ok(false, "the options were refused") });
const site = siteOf({ guard: framing });
const check = guard?.compile(site);

/** Throws where the guard does, where it answers with anything but a problem, or where it lets two readings pass. */
export function run(iterations: number, seed: number): void {
  fc.assert(fc.property(GIVEN, holds), { numRuns: iterations, seed });
}

function holds(given: Given): void {
  ok(check !== undefined);
  const verdict = check(exchangeOf(given, site.operation));
  if (verdict !== undefined) {
    ok("kind" in verdict && verdict.kind === "problem" && verdict.status >= 400 && verdict.status < 500, "neither a pass nor a refusal of the caller");
    return;
  }
  const { fields = [], version = "1.1" } = given;
  deepStrictEqual(readWire(fields.map(([name, value]) => `${name}: ${value}\r\n`).join("")), fields, "another list on the wire");
  const values = (name: string): readonly string[] => fields.filter(([one]) => one === name).map(([, value]) => value.toLowerCase());
  for (const name of SINGLE_FIELDS) ok(values(name).length <= 1 || (name === "cookie" && version === "2"), `${name} came twice`);
  ok(values("content-length").length + values("transfer-encoding").length <= 1, "two ends of the body");
  ok(values("content-length").every((value) => /^\d+$/.test(value)) && values("transfer-encoding").every((value) => value === "chunked" && version === "1.1"), "no end of the body");
  // The policy lists two hosts, so that a missing one cannot pass in any version.
  ok(/^(api\.example|\[::1\])(:\d+)?$/.test(values("host").join("|")), "another host");
  deepStrictEqual([values("upgrade"), values("expect").filter((value) => value !== "100-continue")], [[], []]);
  strictEqual(/^[A-Z]+$/.test(given.method ?? ""), true);
}

/** Lines at any line end that some reader knows, a name up to the colon, white space dropped around the value. */
function readWire(wire: string): readonly (readonly [string, string])[] {
  return wire
    .split(/\r\n|\r|\n/)
    .slice(0, -1)
    .map((line) => {
      const colon = line.indexOf(":");
      return [line.slice(0, colon).toLowerCase(), line.slice(colon + 1).replace(/^[ \t]+|[ \t]+$/g, "")] as const;
    });
}

if (import.meta.main) run(Number(process.argv[2] ?? 100_000), Number(process.argv[3] ?? Date.now()));
