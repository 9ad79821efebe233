/**
 * Json schema: the compiler of schemas against JSON-Schema-Test-Suite, by itself and as bodies of requests.
 *
 * JSON Schema 2020-12 takes `format` for an annotation, and its suite holds 19 cases that must pass although they lack
 * their format; here formats are asserted unless told otherwise. Both ways are scored.
 */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { JSON_BOUNDS, readJson } from "../../src/contract/json.ts";
import { isJsonObject, type Json, type JsonObject } from "../../src/contract/json-value.ts";
import { openLibrary } from "../../src/contract/open-library.ts";
import type { Validator } from "../../src/contract/operation.ts";
import { compileSchema, type SchemaOptions } from "../../src/contract/schema/compile.ts";
import { type Score, suiteMissing, suites, writeScores } from "./score.ts";
import { suiteLibrary } from "./suite-library.ts";

type Formats = "all" | "common" | "none";

interface Group {
  readonly description: string;
  readonly schema: Json;
  readonly tests: readonly { readonly description: string; readonly data: Json; readonly valid: boolean }[];
}

interface Run {
  readonly name: string;
  readonly bar: number;
  readonly dialect: SchemaOptions["dialect"];
  readonly formats: Formats;
}

export async function scoreJsonSchema(): Promise<Score[]> {
  if (suiteMissing("json-schema")) return [];
  const suite = join(suites, "json-schema");
  const tests = join(suite, "tests");
  const remotes = join(suite, "remotes");
  const required = readGroups(join(tests, "draft2020-12"));
  const formats = readGroups(join(tests, "draft2020-12/optional/format"));
  const draft4 = readGroups(join(tests, "draft4")).filter(({ schema }) => mapsTo30(schema));
  const http = join(suite, "http");
  return [
    scoreGroups(required, remotes, { name: "2020-12 required, no format held", bar: 1_290, dialect: "3.1", formats: "none" }),
    scoreGroups(required, remotes, { name: "2020-12 required, all formats held", bar: 1_280, dialect: "3.1", formats: "all" }),
    scoreGroups(formats, remotes, { name: "2020-12 optional formats", bar: 763, dialect: "3.1", formats: "all" }),
    scoreGroups(draft4, remotes, { name: "draft 4 as OpenAPI 3.0, where it maps", bar: 583, dialect: "3.0", formats: "all" }),
    scoreBodies(http, "draft2020-12-A", { name: "bodies, 2020-12 tier A, no format held", bar: 1_060, dialect: "3.1", formats: "none" }),
    scoreBodies(http, "draft2020-12-A", { name: "bodies, 2020-12 tier A, all formats held", bar: 1_055, dialect: "3.1", formats: "all" }),
    scoreBodies(http, "draft2020-12", { name: "bodies, 2020-12 all, no format held", bar: 1_159, dialect: "3.1", formats: "none" }),
    scoreBodies(http, "draft4", { name: "bodies, draft 4 as OpenAPI 3.0", bar: 380, dialect: "3.0", formats: "all" }),
  ];
}

function readGroups(folder: string): readonly Group[] {
  const files = readdirSync(folder).filter((file) => file.endsWith(".json"));
  return files.toSorted().flatMap((file) => {
    const groups = JSON.parse(readFileSync(join(folder, file), "utf8")) as readonly Group[]; // the suite's own form
    return groups.map((group) => ({ ...group, description: `${file}: ${group.description}` }));
  });
}

/** OpenAPI 3.0 has neither `id` nor remote schemas. */
function mapsTo30(schema: Json): boolean {
  return !/"id":"|"\$ref":"http/.test(JSON.stringify(schema));
}

function scoreGroups(groups: readonly Group[], remotes: string, { name, bar, dialect, formats }: Run): Score {
  const failures: string[] = [];
  let total = 0;
  for (const { description, schema, tests } of groups) {
    const library = suiteLibrary(schema, remotes);
    const misfits: string[] = [];
    const validator = compileSchema({ file: library.root, pointer: "" }, { library, dialect, direction: "request", formats, report: ({ message, level }) => void (level === "warning" || misfits.push(message)) });
    for (const test of tests) {
      total += 1;
      const answer = validator === undefined ? undefined : judge(validator, test.data);
      if (answer !== test.valid) failures.push(`${description}: ${test.description}${misfits.length > 0 ? ` (${misfits.join("; ")})` : ""}`);
    }
  }
  return { name, passed: total - failures.length, total, bar, failures };
}

/** As a body is judged: a yes at a glance is a yes, whatever the check would have said. */
function judge({ glance, check }: Validator, data: Json): boolean {
  return glance?.(Buffer.from(JSON.stringify(data)), { ...JSON_BOUNDS, prototypeNames: true }) !== undefined || check(data);
}

interface Case {
  readonly id: string;
  readonly cls: string;
  readonly want: "block" | "pass";
  /** The bytes of the request, base64. */
  readonly raw: string;
}

function scoreBodies(folder: string, suite: string, { name, bar, dialect, formats }: Run): Score {
  const library = openLibrary(join(folder, `${suite}-openapi.json`));
  if ("wrong" in library) return { name, passed: 0, total: 0, bar, failures: ["the document cannot be read"] };
  const document = library.at({ file: library.root, pointer: "" });
  const paths = isJsonObject(document) && isJsonObject(document["paths"]) ? document["paths"] : {};
  const validators = new Map<string, Validator | undefined>();
  for (const path of Object.keys(paths)) {
    const pointer = `/paths/${path.replaceAll("/", "~1")}/post/requestBody/content/application~1json/schema`;
    validators.set(path, compileSchema({ file: library.root, pointer }, { library, dialect, direction: "request", formats, report: () => undefined }));
  }
  const cases = readFileSync(join(folder, `${suite}-cases.jsonl`), "utf8").trim().split("\n").map((line) => JSON.parse(line) as Case); // the suite's own form
  const failures = cases.filter(({ raw, want }) => passes(raw, validators) !== (want === "pass")).map(({ id, cls, want }) => `${id} ${cls}: ${want} expected, ${summary(paths, id)}`);
  return { name, passed: cases.length - failures.length, total: cases.length, bar, failures };
}

function passes(raw: string, validators: ReadonlyMap<string, Validator | undefined>): boolean {
  const request = Buffer.from(raw, "base64");
  const end = request.indexOf("\r\n\r\n");
  const path = request.toString("latin1", 0, end).split(" ", 2)[1] ?? "";
  // Two cases are about members named __proto__, which the reader refuses unless told otherwise.
  const bounds = { ...JSON_BOUNDS, prototypeNames: true };
  const body = readJson(request.subarray(end + 4), bounds);
  const validator = validators.get(path);
  return validator?.glance?.(request.subarray(end + 4), bounds) !== undefined || ("value" in body && (validator?.check(body.value) ?? false));
}

function summary(paths: JsonObject, id: string): string {
  const path = paths[`/g/${id.split("-").at(-2)}`];
  const post = isJsonObject(path) ? path["post"] : undefined;
  const text = isJsonObject(post) ? post["summary"] : undefined;
  return typeof text === "string" ? text : "";
}

if (import.meta.main) {
  const scores = await scoreJsonSchema();
  process.stdout.write(`${writeScores(scores)}\n`);
  for (const { name, failures } of scores) for (const failure of failures) process.stdout.write(`${name}: ${failure}\n`);
}
