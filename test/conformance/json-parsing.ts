/** Json parsing: the strict reader against JSONTestSuite: what must be read is read, what must be refused is refused. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { glanceAtAny } from "../../src/contract/glance/glance-text.ts";
import { JSON_BOUNDS, readJson } from "../../src/contract/json.ts";
import { type Score, suiteMissing, suites, writeScores } from "./score.ts";

/** These two hold a name twice, which the grammar allows and the reader refuses unless told otherwise. */
const REPEATS_NAMES = /^y_object_duplicated_key/;

export async function scoreJsonParsing(): Promise<Score[]> {
  if (suiteMissing("json-parsing")) return [];
  const folder = join(suites, "json-parsing/test_parsing");
  const files = readdirSync(folder).toSorted();
  return [score(folder, files, "y_", 95), score(folder, files, "n_", 188)];
}

function score(folder: string, files: readonly string[], prefix: "y_" | "n_", bar: number): Score {
  const cases = files.filter((file) => file.startsWith(prefix));
  const failures = cases.filter((file) => {
    const bounds = REPEATS_NAMES.test(file) ? { ...JSON_BOUNDS, uniqueNames: false } : JSON_BOUNDS;
    const bytes = readFileSync(join(folder, file));
    return (glanceAtAny(bytes, bounds) !== undefined || "value" in readJson(bytes, bounds)) !== (prefix === "y_");
  });
  const name = prefix === "y_" ? "JSONTestSuite, to be read" : "JSONTestSuite, to be refused";
  return { name, passed: cases.length - failures.length, total: cases.length, bar, failures };
}

if (import.meta.main) process.stdout.write(`${writeScores(await scoreJsonParsing())}\n`);
