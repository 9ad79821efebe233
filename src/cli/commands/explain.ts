/** Explain: shows the plan of one operation, in the order in which an exchange meets it. */
import type { Json, JsonObject } from "../../contract/json-value.ts";
import type { Place } from "../../contract/misfit.ts";
import type { State } from "../../doors/coverage.ts";
import { type ExplainedGuard, explain as explainPlan, type Explanation } from "../../doors/explain.ts";
import { GUARDS } from "../../doors/guards.ts";
import type { Policy } from "../../policy/policy.ts";
import { readPolicy } from "../../policy/read.ts";
import { type Command, defineCommand } from "../command.ts";
import { EXIT, type ExitCode } from "../exit-code.ts";
import { findPolicy, policyPositional } from "../find-policy.ts";
import { openHouse } from "../open-house.ts";
import { offer } from "../parse.ts";
import { refuseToBegin } from "../refuse-to-begin.ts";
import { countMisfits, dataOfMisfits, tellMisfits, writePlace } from "../tell-misfits.ts";
import { type Page, plain, type Style, type Terminal, writeJson } from "../terminal.ts";

export const explain: Command = defineCommand({
  name: "explain",
  summary: "Show what stands at one operation, and who said so.",
  description: [
    "Shows the guards at one operation in the order in which an exchange meets them: door, stage, guard, whether it is enforced, the place in the policy that posted it, its options with the defaults that nobody wrote, and which risks of the OWASP API Security Top 10 it answers.",
    "A guard comes from one of three places, the narrow one winning: it is standing (on without being named), it stands under `everywhere`, or under the operation itself.",
  ],
  positionals: [{ name: "operation", about: "The operationId, or `METHOD /path` where the contract gives none.", required: true }, policyPositional],
  options: {},
  examples: [
    { line: "sallyport explain createTransfer", about: "One operation of the policy in this folder." },
    { line: "sallyport explain 'GET /rates' policy.yaml --json", about: "An operation without an operationId, for a program." },
  ],
  exits: { 1: "an error stands in the way: sallyport check lists it", 2: "the contract has no such operation", 3: "there is no policy" },
  json: {
    id: "The operationId.",
    method: "Its method.",
    path: "The template of its path, with the base path.",
    summary: "As in the contract, if it has one.",
    place: "Where the contract describes it: file, pointer, line, column.",
    security: "Alternatives, each a list of scheme and scopes that are asked for together; left out where the contract says nothing.",
    public: "Why strangers may come in, where the policy says so.",
    down: "Why the operation is refused whole, if it is.",
    levels: "The levels of authorization: aspect (function, object, property), state, detail, guards.",
    words: "What the policy says about principals: roles (from, known, place), and claims (name, type, from, place).",
    guards: "In order: door, stage, guard, effect (enforced, observed, waived, nothing to check, down), reason, source (standing, everywhere, operation), place, options, defaults, risks.",
  },

  async run({ positionals: [id = "", named], json }, terminal) {
    const { out, folder } = terminal;
    const found = findPolicy(named, folder);
    if ("wrong" in found) return refuseToBegin(found.wrong, json, terminal);
    const { house, misfits } = openHouse(found.file);
    if (house === undefined) {
      if (json) out.write(writeJson({ error: "an error stands in the way", misfits: dataOfMisfits(misfits) }));
      tellMisfits(misfits, terminal.error, folder);
      terminal.error.write(`sallyport: ${countMisfits(misfits)}: nothing would start, so there is no plan to explain`);
      return EXIT.refused;
    }
    const plan = house.plans.get(id);
    if (plan === undefined) return unknownOperation(id, [...house.plans.keys()], json, terminal);
    const reading = readPolicy(found.file);
    const locate = (pointer: string): Place => reading.complain(pointer, "").place;
    const explanation = explainPlan(plan, GUARDS, locate);
    const words = wordsOf(house.policy, locate);
    if (json) out.write(writeJson({ ...explanation, words }));
    else tell(explanation, words, out, folder);
    return EXIT.fine;
  },
});

function unknownOperation(id: string, known: readonly string[], json: boolean, { out, error }: Terminal): ExitCode {
  const wrong = `the contract has no operation "${id}"${offer(id, known)}`;
  if (json) out.write(writeJson({ error: wrong }));
  error.write(`sallyport: ${plain(wrong)}`);
  return EXIT.usage;
}

/** What the policy says about principals, which guards and rules then speak of. */
interface Words {
  readonly roles: { readonly from: readonly string[]; readonly known: readonly string[] | undefined; readonly place: Place } | undefined;
  readonly claims: readonly { readonly name: string; readonly type: string; readonly from: string; readonly place: Place }[];
}

function wordsOf({ settings: { roles, claims } }: Policy, locate: (pointer: string) => Place): Words {
  const from = roles?.from.map(({ claim, issuer, as }) => `${claim.join(".")}${issuer === undefined ? "" : ` of ${issuer}`}${as === undefined ? "" : `, where ${[...as].map(([value, role]) => `${value} is ${role}`).join(", ")}`}`);
  return {
    roles: from === undefined ? undefined : { from, known: roles?.known, place: locate("/roles") },
    claims: [...claims].map(([name, { path, type }]) => ({ name, type, from: path.join("."), place: locate(`/claims/${name}`) })),
  };
}

function tellWords({ roles, claims }: Words, out: Page, folder: string): void {
  if (roles !== undefined) out.write(`roles     ${plain(`from ${roles.from.join("; ")}${roles.known === undefined ? "" : `: ${roles.known.join(", ")}`}`)}  ${out.style("faint", plain(writePlace(roles.place, folder)))}`);
  for (const { name, type, from, place } of claims) out.write(`claim     ${plain(`${name}: ${type}${from === name ? "" : ` from ${from}`}`)}  ${out.style("faint", plain(writePlace(place, folder)))}`);
}

const LEVEL_STYLES: Readonly<Record<State, Style>> = { held: "good", observed: "doubtful", waived: "doubtful", open: "bad", "not applicable": "faint" };

function tellLevels(levels: Explanation["levels"], out: Page): void {
  for (const { aspect, state, detail, guards } of levels) {
    const by = state === "held" && aspect !== "property" ? ` by ${guards.join(", ")}` : "";
    out.write(`${aspect.padEnd(9)} ${out.style(LEVEL_STYLES[state], state === "not applicable" ? "cannot be held" : state)}${plain(by)}${detail === undefined ? "" : `: ${plain(detail)}`}`);
  }
}

function tell(explanation: Explanation, words: Words, out: Page, folder: string): void {
  const { id, method, path, summary, place, security, down } = explanation;
  out.write(`${out.style("strong", plain(id))}  ${plain(`${method} ${path}`)}${summary === undefined ? "" : `  ${plain(summary)}`}`);
  out.write(`contract  ${plain(writePlace(place, folder))}`);
  out.write(`asks for  ${plain(tellSecurity(security))}`);
  if (explanation.public !== undefined) out.write(`public    ${out.style("doubtful", plain(explanation.public))}`);
  if (down !== undefined) out.write(`${out.style("bad", "refused whole")}: ${plain(down)}`);
  tellWords(words, out, folder);
  tellLevels(explanation.levels, out);
  let stage = "";
  let door = "";
  const told = new Set<string>();
  for (const guard of explanation.guards) {
    if (guard.door !== door) out.write(`\n${out.style("strong", guard.door === "inbound" ? "the first door, on the way in" : "the second door, on the way out")}`);
    if (guard.stage !== stage) out.write(`  ${guard.stage}`);
    ({ stage, door } = guard);
    const posting = `${guard.guard} ${guard.place?.pointer ?? ""}`;
    tellGuard(guard, told.has(posting), out, folder);
    told.add(posting);
  }
}

const STYLES: Readonly<Record<ExplainedGuard["effect"], Style>> = { enforced: "good", observed: "doubtful", waived: "doubtful", "nothing to check": "faint", down: "bad" };

/** @param again the same posting stood at an earlier stage: its options have been told there */
function tellGuard({ guard, effect, reason, source, place, options, defaults, risks }: ExplainedGuard, again: boolean, out: Page, folder: string): void {
  const from = place === undefined ? source : `${source}, ${writePlace(place, folder)}`;
  const name = plain(guard).padEnd(NAME_WIDTH);
  out.write(`    ${name} ${out.style(STYLES[effect], effect)}  ${out.style("faint", plain(`${from}  ${risks.join(" ")}`))}`);
  if (reason !== undefined) out.write(`        because: ${plain(reason)}`);
  if (again) return;
  const said = tellOptions(options);
  const silent = tellOptions(withoutEmpty(defaults));
  if (said !== "") out.write(`        ${plain(said)}`);
  if (silent !== "") out.write(out.style("faint", `        by default ${plain(silent)}`));
}

const NAME_WIDTH = 17;

/** What is empty by default says nothing. */
function withoutEmpty(defaults: JsonObject): JsonObject {
  return Object.fromEntries(Object.entries(defaults).filter(([, value]) => typeof value !== "object" || value === null || Object.keys(value).length > 0));
}

function tellOptions(options: Json): string {
  // Options are an object by then: postings.ts refuses everything else.
  return Object.entries(options as JsonObject)
    .map(([name, value]) => `${name}: ${typeof value === "string" ? value : JSON.stringify(value)}`)
    .join(", ");
}

function tellSecurity(security: Explanation["security"]): string {
  if (security === undefined) return "nothing is said";
  if (security.length === 0) return "nobody in particular";
  return security.map((all) => (all.length === 0 ? "nobody in particular" : all.map(({ scheme, scopes }) => (scopes.length === 0 ? scheme : `${scheme} (${scopes.join(" ")})`)).join(" and "))).join(", or ");
}
