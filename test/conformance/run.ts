/**
 * Conformance: scores against suites that others wrote, as one table.
 *
 *     npm run conformance -- --only json --failures
 *
 * Ends with 1 when a score is below its bar. Suites that are not beside the checkout are skipped with a line each.
 */
import { readWords } from "../../tools/read-words.ts";
import { openScratch } from "../../tools/scratch.ts";
import { scoreAuthzen } from "./authzen.ts";
import { scoreDetection } from "./detection.ts";
import { scoreEvasions } from "./evasions.ts";
import { scoreHttp1 } from "./http1.ts";
import { scoreJsonParsing } from "./json-parsing.ts";
import { scoreJsonSchema } from "./json-schema.ts";
import { scoreJsonSchemaOverHttp } from "./json-schema-over-http.ts";
import { scoreOpenapiDocuments } from "./openapi-docs.ts";
import { type Score, writeScores } from "./score.ts";
import { scoreWycheproof } from "./wycheproof.ts";

const values = readWords("npm run conformance", { only: { type: "string", default: "" }, failures: { type: "boolean", default: false } });

const judges: Readonly<Record<string, () => Promise<readonly Score[]>>> = {
  "json-parsing": scoreJsonParsing,
  "json-schema": scoreJsonSchema,
  "json-schema-over-http": scoreJsonSchemaOverHttp,
  "openapi-docs": scoreOpenapiDocuments,
  wycheproof: scoreWycheproof,
  http1: scoreHttp1,
  detection: scoreDetection,
  evasions: scoreEvasions,
  authzen: scoreAuthzen,
};

const chosen = Object.entries(judges).filter(([name]) => name.includes(values.only));
if (chosen.length === 0) {
  process.stderr.write(`no score is called ${JSON.stringify(values.only)}; there are ${Object.keys(judges).join(", ")}\n`);
  process.exit(2);
}

openScratch();
const scores: Score[] = [];
for (const [, judge] of chosen) scores.push(...(await judge()));

process.stdout.write(`${writeScores(scores)}\n`);
if (values.failures) for (const { name, failures } of scores) for (const failure of failures) process.stdout.write(`${name}: ${failure}\n`);
process.exitCode = scores.every(({ passed, bar }) => passed >= bar) ? 0 : 1;
