/**
 * Generate: writes every file that is made from code: the policy's JSON Schema, the reference of guards, the index of
 * problems, the form of API keys, the manual of the command line. With `--check` it writes nothing and fails when a file is out of step.
 */
import { existsSync, globSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { caseFileShape, caseShape } from "../src/cli/cases/case-shape.ts";
import { writeManual } from "../src/cli/manual.ts";
import { isJsonObject, type Json, type JsonObject } from "../src/contract/json-value.ts";
import { GUARDS } from "../src/doors/guards.ts";
import { doorOf, STAGES } from "../src/doors/stages.ts";
import { type Guard, RISKS } from "../src/policy/definition.ts";
import { settingsShape } from "../src/policy/policy.ts";
import { writeApiKeyPage } from "./api-key-page.ts";

interface Generated {
  readonly file: string;
  readonly text: string;
}

const root = path.resolve(import.meta.dirname, "..");

function fileOf({ name, stage }: Guard): string {
  return `src/doors/${doorOf(stage)}/${stage}/${name}.ts`;
}

/** The words of the house that go with every guard. */
const WORDS: JsonObject = {
  mode: { type: "string", enum: ["enforce", "observe"], default: "enforce", description: "observe: refusals are witnessed in the audit log and not obeyed." },
};

const WAIVED: JsonObject = { type: "object", properties: { waived: { type: "string", minLength: 8, description: "Why this guard does not stand here." } }, required: ["waived"], additionalProperties: false };

function postingSchema({ schema, name, short }: Guard): JsonObject {
  const properties = isJsonObject(schema["properties"]) ? schema["properties"] : {};
  const alone = short === undefined ? undefined : properties[short];
  const one = { anyOf: [{ ...schema, properties: { ...properties, ...WORDS } }, ...(alone === undefined ? [] : [alone]), WAIVED] };
  return { description: summaryOf(name), anyOf: [...one.anyOf, { type: "array", items: one, minItems: 1 }] };
}

function policySchema(): Generated {
  const guards = Object.fromEntries(GUARDS.map((guard) => [guard.name, { $ref: `#/$defs/${guard.name}` }]));
  const postings = { type: "object", properties: { public: { type: "string", minLength: 8, description: "Why strangers may come in." }, ...guards }, additionalProperties: false };
  const settings = settingsShape.schema;
  const properties = settings["properties"] as JsonObject;
  const schema = {
    $schema: "https://json-schema.org/draft/2020-12/schema",
    title: "Sallyport policy",
    ...settings,
    properties: { ...properties, everywhere: { $ref: "#/$defs/postings" }, operations: { type: "object", additionalProperties: { $ref: "#/$defs/postings" } } },
    $defs: { postings, ...Object.fromEntries(GUARDS.map((guard) => [guard.name, postingSchema(guard)])) },
  };
  return { file: "policy.schema.json", text: `${JSON.stringify(schema, undefined, 2)}\n` };
}

/** The head comment of a guard's file, as paragraphs. */
function manualOf(guard: Guard): readonly string[] {
  const head = /^\/\*\*([\s\S]*?)\*\//.exec(readFileSync(path.join(root, fileOf(guard)), "utf8"))?.[1] ?? "";
  const lines = head.split("\n").map((line) => line.replace(/^\s*\* ?/, "").trimEnd());
  return lines.join("\n").trim().split(/\n\s*\n/).map((paragraph) => (/^ {2,}|^- /m.test(paragraph) ? paragraph : paragraph.replaceAll("\n", " ")));
}

function summaryOf(name: string): string {
  const guard = GUARDS.find((one) => one.name === name);
  const [first = ""] = guard === undefined ? [] : manualOf(guard);
  return first.replace(/^[^:]+: /, "");
}

function optionRows(schema: JsonObject, prefix = ""): readonly string[] {
  const properties = isJsonObject(schema["properties"]) ? schema["properties"] : {};
  const required = Array.isArray(schema["required"]) ? schema["required"] : [];
  return Object.entries(properties).flatMap(([name, option]) => {
    if (!isJsonObject(option)) return [];
    const { default: fallback } = option;
    const long = longForm(option);
    const description = option["description"] ?? long?.["description"];
    const value = fallback === undefined ? (required.includes(name) ? "required" : "") : `\`${JSON.stringify(fallback)}\``;
    return [`| \`${prefix}${name}\` | ${escapeCell(typeof description === "string" ? description : "")} | ${escapeCell(formOf(option))} | ${value} |`, ...(long === undefined ? [] : optionRows(long, `${prefix}${name}.`)), ...valueRows(option, `${prefix}${name}.`)];
  });
}

/** The form of an option that has options of its own, where a short one may stand for it. */
function longForm(option: JsonObject): JsonObject | undefined {
  const forms = [option, ...(Array.isArray(option["anyOf"]) ? option["anyOf"] : [])];
  return forms.find((form): form is JsonObject => isJsonObject(form) && isJsonObject(form["properties"]));
}

/** Of an object with free names: what stands under each of them. */
function valueRows({ additionalProperties: values }: JsonObject, prefix: string): readonly string[] {
  return isJsonObject(values) ? optionRows(values, `${prefix}<name>.`) : [];
}

function formOf(option: JsonObject): string {
  const { type, pattern, minimum, maximum, anyOf } = option;
  const words = option["enum"];
  if (Array.isArray(words)) return words.map((word: Json) => `\`${typeof word === "string" ? word : JSON.stringify(word)}\``).join(", ");
  if (typeof minimum === "number" && typeof maximum === "number") return `${minimum} to ${maximum}`;
  if (pattern === "^[0-9]+(ms|s|m|h|d)$") return "time";
  if (pattern === "^[0-9]+(B|KiB|MiB|GiB)$") return "size";
  if (Array.isArray(anyOf)) return anyOf.some((one: Json) => isJsonObject(one) && one["type"] === "array") ? "list" : [...new Set(anyOf.map((one: Json) => (isJsonObject(one) ? formOf(one) : "")))].join(" or ");
  return typeof type === "string" ? { string: "text", object: "object", boolean: "true, false", integer: "number" }[type] ?? type : "";
}

function escapeCell(text: string): string {
  return text.replaceAll("|", "\\|");
}

function table(schema: JsonObject): string {
  const rows = optionRows(schema);
  return rows.length === 0 ? "It takes no options." : ["| option | what it says | form | default |", "| --- | --- | --- | --- |", ...rows].join("\n");
}

function guardReference(): Generated {
  const sections = STAGES.flatMap((stage) => {
    const guards = GUARDS.filter((guard) => guard.stage === stage);
    return guards.length === 0 ? [] : [`## ${stage} (${doorOf(stage)})`, ...guards.flatMap(guardSection)];
  });
  const risks = RISKS.map((risk) => `| ${risk} | ${GUARDS.filter((guard) => guard.risks.includes(risk)).map(({ name }) => `[${name}](#${name})`).join(", ")} |`);
  const text = [
    "# Guards",
    "Made from the guards' own files by `npm run generate`. Stages and guards stand in the order in which an exchange meets them. Every guard also takes `mode: observe`, and can be left out with `waived: <reason>`.",
    ["| risk (OWASP API Security Top 10) | guards that answer it |", "| --- | --- |", ...risks].join("\n"),
    ...sections,
  ].join("\n\n");
  return { file: "docs/guards.md", text: `${text}\n` };
}

function guardSection(guard: Guard): readonly string[] {
  const [first = "", ...rest] = manualOf(guard);
  const besides = guard.stages.length === 1 ? "" : ` One posting does its part in ${guard.stages.slice(1).join(" and ")}, too.`;
  const standing = (guard.standing ? "Stands at every operation without being named." : "Stands where the policy names it.") + besides;
  return [`### ${guard.name}`, first.replace(/^[^:]+: (.)/, (_all, letter: string) => letter.toUpperCase()), ...rest, standing, table(guard.schema)];
}

function policyReference(): Generated {
  const text = ["# The policy file", "Made from the policy's shape by `npm run generate`. One YAML file; unknown keys are errors; values carry their unit. What may stand under `everywhere` and `operations` is in [guards.md](guards.md).", table(settingsShape.schema)].join("\n\n");
  return { file: "docs/policy.md", text: `${text}\n` };
}

function caseReference(): Generated {
  const head = (name: string): readonly string[] => [`## ${name}`];
  const text = [
    "# Cases",
    "Made from the cases' shape by `npm run generate`. What `sallyport test` holds a policy to: files `*.cases.yaml` beside it, each with requests and with what must come of them. Unknown keys are errors. [examples/bank/bank.cases.yaml](../examples/bank/bank.cases.yaml) is one.",
    "Somebody is told by the claims of a credential, as the issuer would have signed them; `iss`, `aud`, `iat`, `exp`, `jti` and `client_id` need not be written. No signature is made or looked at: in this command, and nowhere else, authenticators believe the case. Guards of limits begin anew with each case, and an outside decision point says what the case says.",
    ...head("The file"),
    table(caseFileShape.schema),
    ...head("A case"),
    table(caseShape.schema),
  ].join("\n\n");
  return { file: "docs/cases.md", text: `${text}\n` };
}

function problemIndex(): Generated {
  const pages = globSync("docs/problems/*.md", { cwd: root }).filter((file) => !file.endsWith("README.md")).sort();
  const rows = pages.map((file) => {
    const title = /^\*\*\d+\.\*\* (.*?)(?:\.|$)/ms.exec(readFileSync(path.join(root, file), "utf8"))?.[1] ?? "";
    return `- [${path.basename(file, ".md")}](${path.basename(file)}): ${title.replaceAll("\n", " ")}`;
  });
  return { file: "docs/problems/README.md", text: `# Problems\n\nEvery refusal carries one of these as its \`type\` (RFC 9457). Made by \`npm run generate\`.\n\n${rows.join("\n")}\n` };
}

const generated: readonly Generated[] = [policySchema(), guardReference(), policyReference(), caseReference(), problemIndex(), writeApiKeyPage(), ...writeManual()];
const stale = generated.filter(({ file, text }) => !existsSync(path.join(root, file)) || readFileSync(path.join(root, file), "utf8") !== text);
if (process.argv.includes("--check")) {
  for (const { file } of stale) process.stderr.write(`${file} is out of step: npm run generate\n`);
  process.exitCode = stale.length === 0 ? 0 : 1;
} else {
  for (const { file, text } of stale) {
    mkdirSync(path.dirname(path.join(root, file)), { recursive: true });
    writeFileSync(path.join(root, file), text);
    process.stdout.write(`wrote ${file}\n`);
  }
}
