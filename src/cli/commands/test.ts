/** Test: holds a policy to cases: this request by this caller, this answer of the API, and what must come of it. */
import { existsSync, readdirSync } from "node:fs";
import path from "node:path";
import type { Misfit } from "../../contract/misfit.ts";
import { judgeCase } from "../cases/judge-case.ts";
import { type PlacedCase, type ReadCases, readCases } from "../cases/read-cases.ts";
import { type CaseRunner, openRunner } from "../cases/run-case.ts";
import { type Command, defineCommand } from "../command.ts";
import { EXIT, type ExitCode } from "../exit-code.ts";
import { findPolicy, policyPositional } from "../find-policy.ts";
import { refuseToBegin } from "../refuse-to-begin.ts";
import { countMisfits, dataOfMisfits, placeMisfits, tellMisfits, writePlace } from "../tell-misfits.ts";
import { type Page, plain, type Terminal, writeJson } from "../terminal.ts";

const SUFFIX = ".cases.yaml";

interface TriedCase {
  readonly one: PlacedCase;
  readonly operation: string;
  /** What did not come true; none: the case passed. */
  readonly wrong: readonly string[];
}

export const test: Command = defineCommand({
  name: "test",
  summary: "Hold a policy to cases: who may do what, and what comes of it.",
  description: [
    `Reads the policy and every file ${SUFFIX} beside it, and sends each case's request through the doors, without listening and without a network. The house, the guards, the walk and the record are those of the gateway; the API is the answer that the case gives, authenticators believe who the case says is asking, and an outside decision point says what the case says.`,
    "A case has a name, a request (GET /accounts/acc-100101, or method, target, headers and body), somebody who sends it (as: a name under `principals`, with the claims of a credential; a stranger when left out), an answer of the API (status, headers, body), and what is expected: status, guard, problem, because, headers, body (all of it), holds (a part of it), lacks (JSON Pointers), reached (whether the API is asked), observed. from is the caller's address, at the time, repeat how often the request is sent, decision what an outside point says.",
    "Each case begins with full buckets. Operations without a case are named at the end.",
  ],
  positionals: [policyPositional],
  options: { cases: { type: "text", value: "FILE", about: `One file of cases, in the place of all ${SUFFIX} beside the policy.` } },
  examples: [
    { line: "sallyport test", about: "All cases beside the policy in this folder." },
    { line: "sallyport test policy.yaml --cases roles.cases.yaml --json", about: "One file of cases, for a program." },
  ],
  exits: { 0: "every case came out as expected", 1: "some did not", 3: "there is no policy or no case, or one of them does not fit" },
  json: {
    ok: "Whether the exit code is 0.",
    policy: "The policy file.",
    cases: "In order: name, file, line, operation, passed, wrong (sentences).",
    passed: "How many passed.",
    failed: "How many did not.",
    untried: "Operations that no case reaches.",
    misfits: "In the place of cases, when something does not fit.",
  },

  async run({ positionals: [named], options: { cases: given }, json }, terminal) {
    const { folder } = terminal;
    const found = findPolicy(named, folder);
    if ("wrong" in found) return refuseToBegin(found.wrong, json, terminal);
    const files = given === undefined ? besidesOf(found.file) : [path.resolve(folder, given)];
    const missing = files.find((file) => !existsSync(file));
    if (missing !== undefined) return refuseToBegin(`there is no file ${missing}`, json, terminal);
    if (files.length === 0) return refuseToBegin(`there are no cases beside the policy (*${SUFFIX})`, json, terminal);
    const read = files.map(readCases);
    const misfits = read.flatMap((one) => ("misfits" in one ? one.misfits : []));
    if (misfits.length > 0) return tellUnfit(misfits, json, terminal);
    const sets = read.filter((one) => !("misfits" in one) && (one.policy === undefined || one.policy === found.file)) as readonly ReadCases[];
    const runner = openRunner(found.file);
    if ("misfits" in runner) return tellUnfit(placeMisfits(runner.misfits, found.file), json, terminal);
    const tried = await tryAll(sets, runner);
    await runner.close();
    return tell(found.file, tried, runner, json, terminal);
  },
});

function besidesOf(policyFile: string): readonly string[] {
  const folder = path.dirname(policyFile);
  return readdirSync(folder).filter((name) => name.endsWith(SUFFIX)).sort().map((name) => path.join(folder, name));
}

async function tryAll(sets: readonly ReadCases[], runner: CaseRunner): Promise<readonly TriedCase[]> {
  const tried: TriedCase[] = [];
  for (const one of sets.flatMap(({ cases }) => cases)) {
    const outcome = await runner.run(one);
    tried.push({ one, operation: outcome.record.operation, wrong: judgeCase(one.expect, outcome) });
  }
  return tried;
}

function tellUnfit(misfits: readonly Misfit[], json: boolean, { out, error, folder }: Terminal): ExitCode {
  if (json) out.write(writeJson({ ok: false, misfits: dataOfMisfits(misfits) }));
  tellMisfits(misfits, error, folder);
  error.write(`sallyport: ${countMisfits(misfits)}: nothing was tried`);
  return EXIT.start;
}

function tell(policy: string, tried: readonly TriedCase[], { house }: CaseRunner, json: boolean, { out, folder }: Terminal): ExitCode {
  const failed = tried.filter(({ wrong }) => wrong.length > 0).length;
  const reached = new Set(tried.map(({ operation }) => operation));
  const untried = [...house.plans.keys()].filter((id) => !reached.has(id));
  const code = failed === 0 && tried.length > 0 ? EXIT.fine : EXIT.refused;
  if (json) {
    const cases = tried.map(({ one: { name, place }, operation, wrong }) => ({ name, file: place.file, ...(place.line === undefined ? {} : { line: place.line }), operation, passed: wrong.length === 0, wrong }));
    out.write(writeJson({ ok: code === EXIT.fine, policy, cases, passed: tried.length - failed, failed, untried }));
    return code;
  }
  for (const file of new Set(tried.map(({ one }) => one.place.file))) {
    out.write(out.style("strong", plain(writePlace({ file, pointer: "" }, folder))));
    for (const one of tried) if (one.one.place.file === file) tellCase(one, out, folder);
  }
  out.write();
  out.write(`${tried.length} ${tried.length === 1 ? "case" : "cases"}: ${out.style("good", `${tried.length - failed} passed`)}${failed === 0 ? "" : `, ${out.style("bad", `${failed} failed`)}`}`);
  if (untried.length > 0) out.write(out.style("faint", `without a case: ${untried.map(plain).join(", ")}`));
  return code;
}

function tellCase({ one: { name, place }, wrong }: TriedCase, out: Page, folder: string): void {
  if (wrong.length === 0) return out.write(`  ${out.style("good", "passed")}  ${plain(name)}`);
  out.write(`  ${out.style("bad", "failed")}  ${plain(name)}  ${out.style("faint", plain(writePlace(place, folder)))}`);
  for (const sentence of wrong) out.write(`            ${plain(sentence)}`);
}
