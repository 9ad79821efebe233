/**
 * NoSQL: operators of query languages that are JSON, written into a text, and scripts that a document store would run.
 */
import type { Detector } from "../detector.ts";
import { wordTable } from "../lexicon.ts";
import { MARK } from "../marks.ts";
import { type Reading, WORD } from "../reading.ts";

/** 1: operators. 2: operators with the names of everyday variables. 3: methods of a collection. */
const WORDS = wordTable({
  1: "where ne gt gte lt lte nin regex exists elemmatch nor expr function accumulator jsonschema near geowithin",
  2: "or and not in all size type mod text eq set push pull inc unset match group project lookup",
  3: "insert insertone insertmany find findone findandmodify update updateone updatemany remove deleteone deletemany drop dropdatabase mapreduce aggregate count createcollection getcollection getcollectionnames copydatabase eval adminCommand runcommand",
});

export const nosql: Detector = {
  name: "nosql",
  kinds: new Set(["short", "text", "url"]),
  needs: MARK.dollar | MARK.semicolon | MARK.round | MARK.equals,
  find(reading) {
    for (let at = 0; at < reading.count; at++) {
      const type = reading.type[at];
      const found = type === 0x24 ? findOperator(reading, at) : type === WORD ? findScript(reading, at) : undefined;
      if (found !== undefined) return found;
    }
    return undefined;
  },
};

/** `{"$gt": ""}`, `[$ne]=`, `$where: '...'`. */
function findOperator(reading: Reading, at: number): string | undefined {
  const meaning = reading.classAt(at + 1, WORDS);
  if ((meaning !== 1 && meaning !== 2) || !reading.isGlued(at + 1)) return undefined;
  const before = reading.typeAt(at - 1);
  const after = reading.typeAt(at + 2);
  if (before === 0x5b && after === 0x5d) return "nosql-operator";
  const isQuoted = (before === 0x22 || before === 0x27) && after === before;
  const colon = isQuoted ? at + 3 : at + 2;
  if (reading.typeAt(colon) !== 0x3a) return undefined;
  const value = reading.typeAt(colon + 1);
  const isValue = value !== WORD || meaning === 1;
  const outer = reading.typeAt(isQuoted ? at - 2 : at - 1);
  return isValue && (outer === 0x7b || outer === 0x2c || (meaning === 1 && outer === 0) || outer === 0x5b) ? "nosql-operator" : undefined;
}

function findScript(reading: Reading, at: number): string | undefined {
  const word = reading.textAt(at);
  if (word === "db") return findCollection(reading, at);
  if (word === "this") return findThis(reading, at);
  return word === "new" || word === "sleep" ? findDelay(reading, at) : undefined;
}

/** `db.users.find(`, `db.dropDatabase(`. */
function findCollection(reading: Reading, at: number): string | undefined {
  if (reading.typeAt(at - 1) === 0x2e || reading.typeAt(at + 1) !== 0x2e) return undefined;
  for (let next = at + 2; next <= at + 4; next += 2) if (reading.typeAt(next - 1) === 0x2e && reading.classAt(next, WORDS) === 3 && reading.typeAt(next + 1) === 0x28) return "nosql-script";
  return undefined;
}

/** `this.password.match(/.*` + `/)`, `this.a == this.b`, behind a sign that ended a text. */
function findThis(reading: Reading, at: number): string | undefined {
  const before = reading.typeAt(at - 1);
  if (before === WORD || before === 0 || before === 0x2e || reading.typeAt(at + 1) !== 0x2e) return undefined;
  const sign = reading.typeAt(at + 3);
  const isMatch = sign === 0x2e && reading.textAt(at + 4) === "match";
  const isEqual = sign === 0x3d && reading.typeAt(at + 4) === 0x3d;
  return isMatch || (isEqual && (before === 0x7c || before === 0x26)) ? "nosql-script" : undefined;
}

/** `;var d=new Date();do{c=new Date();}while(c-d<10000)`. */
function findDelay(reading: Reading, at: number): string | undefined {
  if (reading.textAt(at + 1) !== "Date" || reading.typeAt(at + 2) !== 0x28) return undefined;
  for (let next = at + 3; next < at + 32 && next < reading.count; next++) if (reading.type[next] === WORD && reading.textAt(next) === "while" && reading.typeAt(next + 1) === 0x28) return "nosql-script";
  return undefined;
}
