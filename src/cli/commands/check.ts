/** Check: finds every fault of policy and contract in one go, and measures what is held. */
import { type Command, defineCommand } from "../command.ts";
import { ASPECTS, type Coverage, type CoveredAspect, type CoveredOperation, isUnowned, measureCoverage, type State } from "../../doors/coverage.ts";
import { GUARDS } from "../../doors/guards.ts";
import type { House } from "../../doors/house.ts";
import { SHORT_CHARACTERS_MAX } from "../../contract/kinds/kind.ts";
import { EXIT } from "../exit-code.ts";
import { findPolicy, policyPositional } from "../find-policy.ts";
import { openHouse } from "../open-house.ts";
import { refuseToBegin } from "../refuse-to-begin.ts";
import { countMisfits, dataOfMisfits, tellMisfits, writePlace } from "../tell-misfits.ts";
import { type Page, plain, type Style, writeJson } from "../terminal.ts";

export const check: Command = defineCommand({
  name: "check",
  summary: "Find every fault of a policy and its contract, and measure what is held.",
  description: [
    "Reads the policy and its contract as the gateway would, without listening and without fetching anything. All faults are listed at once, each with its file, line and column, and with what would be allowed there.",
    `If nothing stands in the way, it says for every operation which aspects of protection are held, observed, waived or open: ${ASPECTS.map(({ name, about }) => `${name} (${about.replace(/\.$/, "").replace(/^./, (letter) => letter.toLowerCase())})`).join("; ")}.`,
    "A table says who may do what: for each operation whether the function, the object and its properties are held, by which guards, and why one of them cannot be. Operations that take an id (in the path, or in the query or the body under such a name) of which nothing holds whose it is stand first; where some of the ids are held, those of which no rule speaks are named.",
    "The score is the share of all applicable aspects, over all operations in service, that is held: 0 to 100, rounded down. What is observed or waived is not held, whatever the reason; what cannot apply (an object where no id is taken, a scope where strangers may come in) does not count. Operations that are refused whole do not count either. The list at the end says what would raise it.",
    "Last come the fields of which the contract says so little that their texts have to be looked through for attacks, request by request: a pattern of harmless characters, an `enum`, a `format` or a short `maxLength` in the contract spares that, and is the better protection.",
  ],
  positionals: [policyPositional],
  options: { least: { type: "count", value: "N", min: 0, max: 100, about: "Fail when the score is below N." } },
  examples: [
    { line: "sallyport check", about: "Check the policy in this folder." },
    { line: "sallyport check policy.yaml --least 90 --json", about: "In a build: fail below 90, and keep the details." },
  ],
  exits: { 0: "the policy fits, and the score is not below --least", 1: "an error stands in the way, or the score is below --least", 3: "there is no policy to check" },
  json: {
    ok: "Whether the exit code is 0.",
    policy: "The policy file.",
    misfits: "All faults: level (error: nothing starts; operation: that operation is refused; warning), file, line, column, pointer, message, allowed, operation.",
    coverage: "null when an error stands in the way. Else: score, held, applicable, operations (id, method, path, aspects: aspect, state, detail, guards), down (id, reason), unlisted (the reason, if any), raise (aspect, advice, operations), freeTexts (operation, fields, more: texts that the contract leaves free, so that each has to be looked through).",
  },

  async run({ positionals: [named], options: { least }, json }, terminal) {
    const { out, folder } = terminal;
    const found = findPolicy(named, folder);
    if ("wrong" in found) return refuseToBegin(found.wrong, json, terminal);
    const { house, misfits } = openHouse(found.file);
    const coverage = house === undefined ? undefined : measureCoverage(house, GUARDS);
    const ok = coverage !== undefined && coverage.score >= (least ?? 0);
    if (json) {
      out.write(writeJson({ ok, policy: found.file, misfits: dataOfMisfits(misfits), coverage: coverage ?? null }));
      return ok ? EXIT.fine : EXIT.refused;
    }
    tellMisfits(misfits, out, folder);
    if (misfits.length > 0) out.write();
    if (house === undefined || coverage === undefined) {
      out.write(`${out.style("bad", countMisfits(misfits))}: nothing would start. Mend the places above, then check again.`);
      return EXIT.refused;
    }
    tellHouse(house, out, folder);
    tellCoverage(coverage, out);
    tellFreeTexts(coverage, out);
    if (!ok) out.write(out.style("bad", `The score is below ${least ?? 0}.`));
    return ok ? EXIT.fine : EXIT.refused;
  },
});

function tellHouse({ contract, policy, plans }: House, out: Page, folder: string): void {
  const { title, version, dialect } = contract;
  out.write(`contract  ${plain(writePlace({ file: contract.file, pointer: "" }, folder))}: ${plain(`${title} ${version}`)}, OpenAPI ${dialect}, ${plans.size} ${plans.size === 1 ? "operation" : "operations"}`);
  out.write(`policy    ${plain(writePlace({ file: policy.file, pointer: "" }, folder))}: version ${policy.version}`);
  out.write();
}

const STYLES: Readonly<Record<State, Style>> = { held: "good", observed: "doubtful", waived: "doubtful", open: "bad", "not applicable": "faint" };

function tellCoverage(coverage: Coverage, out: Page): void {
  const { operations, down, unlisted, score, held, applicable } = coverage;
  tellLevels(operations, out);
  for (const operation of operations) tellOperation(operation, out);
  for (const { id, reason } of down) out.write(`${out.style("strong", plain(id))}  ${out.style("doubtful", "refused whole")}: ${plain(reason)}`);
  if (unlisted !== undefined) out.write(`${out.style("doubtful", "What the contract does not list is forwarded")}: ${plain(unlisted)}`);
  const settled = ASPECTS.map(({ name }) => name).filter((name) => !coverage.raise.some(({ aspect }) => aspect === name));
  out.write();
  if (settled.length > 0 && operations.length > 0) out.write(`Held wherever it applies: ${settled.join(", ")}.`);
  out.write(`${out.style("strong", `Score ${score} of 100`)}: ${held} of ${applicable} applicable aspects are held.`);
  if (coverage.raise.length > 0) out.write("What would raise it:");
  for (const { aspect, advice, operations: lacking } of coverage.raise) {
    out.write(`  ${aspect}: ${advice}`);
    out.write(out.style("faint", `      ${listSome(lacking)}`));
  }
}

const LEVELS = ["function", "object", "property"] as const;

/** Who may do what, as one table: the first thing to look at. */
function tellLevels(operations: readonly CoveredOperation[], out: Page): void {
  const rows = operations.map(({ id, aspects }) => [plain(id), ...LEVELS.map((level) => tellLevel(aspects.find(({ aspect }) => aspect === level)))]);
  const widths = ["operation", ...LEVELS].map((head, column) => Math.max(head.length, ...rows.map((row) => row[column]?.length ?? 0)));
  const write = (row: readonly string[]): string => row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join("  ").trimEnd();
  out.write(out.style("faint", write(["operation", ...LEVELS])));
  for (const [at, row] of rows.entries()) out.write(operations[at] !== undefined && isUnowned(operations[at]) ? out.style("bad", write(row)) : write(row));
  const reasons = new Set(operations.flatMap(({ aspects }) => aspects.flatMap(({ aspect, state, detail }) => (state === "not applicable" && detail !== undefined && LEVELS.some((level) => level === aspect) ? [`${aspect}: ${detail}`] : []))));
  if (reasons.size > 0) out.write(out.style("faint", `-  cannot be: ${[...reasons].map(plain).join("; ")}`));
  out.write();
}

function tellLevel(found: CoveredAspect | undefined): string {
  if (found === undefined || found.state === "not applicable") return "-";
  // Properties are held by what the contract says, too.
  const by = found.state === "held" && found.aspect !== "property" ? found.guards.join(", ") : "";
  return by === "" ? found.state : `${found.state} by ${plain(by)}`;
}

function tellFreeTexts({ freeTexts }: Coverage, out: Page): void {
  if (freeTexts.length === 0) return;
  const count = freeTexts.reduce((sum, { fields, more }) => sum + fields.length + more, 0);
  out.write(`${count} ${count === 1 ? "field costs" : "fields cost"} detection: the contract leaves their texts free. A pattern, an enum, a format or a maxLength up to ${SHORT_CHARACTERS_MAX} bounds them:`);
  for (const { operation, fields, more } of freeTexts) {
    const shown = listSome(fields);
    out.write(out.style("faint", `      ${plain(operation)}: ${shown}${more > 0 ? `, and ${more} more` : ""}`));
  }
}

function tellOperation({ id, method, path, aspects }: CoveredOperation, out: Page): void {
  const applicable = aspects.filter(({ state }) => state !== "not applicable");
  const held = applicable.filter(({ state }) => state === "held").length;
  const share = out.style(held === applicable.length ? "good" : "doubtful", `${held} of ${applicable.length}`);
  out.write(`${out.style("strong", plain(id))}  ${plain(`${method} ${path}`)}  ${share}`);
  for (const { aspect, state, detail } of applicable) {
    if (state !== "held" || detail !== undefined) out.write(`    ${out.style(STYLES[state], state)} ${aspect}${detail === undefined ? "" : `: ${plain(detail)}`}`);
  }
}

const NAMES_SHOWN_MAX = 8;

function listSome(names: readonly string[]): string {
  const rest = names.length - NAMES_SHOWN_MAX;
  return names.slice(0, NAMES_SHOWN_MAX).map(plain).join(", ") + (rest > 0 ? `, and ${rest} more` : "");
}
