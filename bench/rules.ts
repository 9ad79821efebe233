/**
 * Rules: evaluations of rules per second, beside the same condition in bare JavaScript and beside the library used as its
 * first example shows.
 *
 *     node bench/rules.ts --rounds 7 --milliseconds 300
 *
 * Five ways, in turn, in one process: bare JavaScript; the library with everything prepared by hand and no types; our
 * expression; our whole guard, which also reads and checks parameters and claims; and the library from the text each time.
 * Single figures move with the machine; the ratios to bare JavaScript of the same round are what counts. Each way must give
 * the answer that is expected, of a request that passes and of one that does not, before it is measured.
 */
import type * as Cel from "@marcbachmann/cel-js";
import assert from "node:assert/strict";
import { parseArgs } from "node:util";
import { bring } from "../src/bring.ts";
import { TEXT_HINT } from "../src/contract/hint.ts";
import { rule } from "../src/doors/inbound/authorize/rule.ts";
import type { Known } from "../src/exchange/exchange.ts";
import { compileCondition } from "../src/policy/expression/compile-expression.ts";
import type { Vocabulary } from "../src/policy/expression/examine.ts";
import type { Kind, Value } from "../src/policy/expression/kind.ts";
import { identityOf } from "../src/policy/identity.ts";
import { exchangeOf, operation, principal, siteOf } from "../test/walk.ts";
import { takeSpread } from "./spread.ts";
import { writeTable } from "./table.ts";

interface Facts {
  readonly tenant: string;
  readonly roles: readonly string[];
  readonly id: string;
}

interface Subject {
  readonly name: string;
  readonly judge: (facts: Facts) => boolean;
}

interface Rule {
  readonly title: string;
  readonly text: string;
  /** The same, as one would write it in JavaScript. */
  readonly bare: (facts: Facts) => boolean;
}

const ALLOWED: Facts = { tenant: "north", roles: ["clerk", "teller"], id: "north" };
const REFUSED: Facts = { tenant: "north", roles: ["clerk"], id: "south" };

const RULES: readonly Rule[] = [
  { title: "own", text: "principal.tenant == path.id", bare: ({ tenant, id }) => tenant === id },
  { title: "own or role", text: 'principal.tenant == path.id || "teller" in principal.roles', bare: ({ tenant, id, roles }) => tenant === id || roles.includes("teller") },
  { title: "pattern", text: 'path.id.matches("^n[a-z]{2,8}h$")', bare: ({ id }) => /^n[a-z]{2,8}h$/u.test(id) },
  { title: "macro", text: 'principal.roles.exists(role, role.startsWith("tell")) && principal.tenant == path.id', bare: ({ roles, tenant, id }) => roles.some((role) => role.startsWith("tell")) && tenant === id },
];

const KINDS: Readonly<Record<string, Readonly<Record<string, Kind>>>> = { principal: { tenant: "string", roles: "strings" }, path: { id: "string" } };
const vocabulary: Vocabulary = new Map(Object.entries(KINDS).map(([record, kinds]) => [record, new Map(Object.entries(kinds))]));

function subjectsOf({ text, bare }: Rule): readonly Subject[] {
  const cel = bring<typeof Cel>("@marcbachmann/cel-js");
  const named = ({ tenant, roles, id }: Facts): Record<string, unknown> => ({ principal: { tenant, roles }, path: { id } });
  const parsed = cel.parse(text);
  return [
    { name: "bare JavaScript", judge: bare },
    { name: "library, prepared", judge: (facts) => parsed(named(facts)) === true },
    { name: "expression", judge: expressionOf(text) },
    { name: "rule (guard)", judge: guardOf(text) },
    { name: "library, from text", judge: (facts) => cel.evaluate(text, named(facts)) === true },
  ];
}

function expressionOf(text: string): Subject["judge"] {
  const expression = compileCondition(text, vocabulary);
  if ("wrong" in expression) throw new Error(expression.wrong);
  const { mentions, evaluate } = expression;
  const readers = mentions.map(({ name }): ((facts: Facts) => Value) => (name === "tenant" ? ({ tenant }) => tenant : name === "roles" ? ({ roles }) => roles : ({ id }) => id));
  return (facts) => evaluate(readers.map((read) => read(facts))) === true;
}

/** The exchanges are made before: they are there anyway when a request meets the guard. */
function guardOf(text: string): Subject["judge"] {
  const place = { file: "openapi.yaml", pointer: "" };
  const parameter = { name: "id", in: "path", required: true, claims: (name: string) => name === "id", read: (raw: unknown) => ({ value: String(raw) }), hint: TEXT_HINT, place } as const;
  const at = operation({ pathNames: ["id"], parameters: [parameter] });
  const identity = identityOf({ from: [{ claim: ["roles"], issuer: undefined, as: undefined }], known: undefined }, new Map([["tenant", { path: ["tenant"], type: "string" }]]));
  const post = rule.post({ allow: text }, { pointer: "", report: (_pointer, message) => assert.fail(message) });
  const check = post?.compile({ ...siteOf({ guard: rule }), operation: at, identity });
  if (check === undefined) throw new Error(`nothing to check: ${text}`);
  const exchanges = new Map([ALLOWED, REFUSED].map((facts) => [facts, exchangeOf({ pathValues: [facts.id], principal: principal({ claims: { tenant: facts.tenant, roles: facts.roles } }) }, at)]));
  return (facts) => check((exchanges.get(facts) ?? assert.fail()) satisfies Known) === undefined;
}

const BATCH = 500;

/** Evaluations per second, half of them of a request that passes. */
function measure({ judge }: Subject, milliseconds: number): number {
  const end = performance.now() + milliseconds;
  const begun = performance.now();
  let count = 0;
  let passed = 0;
  do {
    for (let at = 0; at < BATCH; at++) if (judge(at % 2 === 0 ? ALLOWED : REFUSED)) passed++;
    count += BATCH;
  } while (performance.now() < end);
  assert.equal(passed * 2, count);
  return (count / (performance.now() - begun)) * 1_000;
}

const { values } = parseArgs({ options: { rounds: { type: "string", default: "7" }, milliseconds: { type: "string", default: "300" } } });
const rounds = Number(values.rounds);
const milliseconds = Number(values.milliseconds);

for (const one of RULES) {
  const subjects = subjectsOf(one);
  for (const { name, judge } of subjects) assert.deepEqual([judge(ALLOWED), judge(REFUSED)], [true, false], name);
  for (const subject of subjects) measure(subject, milliseconds);
  const rates = subjects.map((): number[] => []);
  const ratios = subjects.map((): number[] => []);
  for (let round = 0; round < rounds; round++) {
    const found = subjects.map((subject) => measure(subject, milliseconds));
    for (const [at, rate] of found.entries()) {
      rates[at]?.push(rate);
      ratios[at]?.push(rate / (found[0] ?? Number.NaN));
    }
  }
  const rows = subjects.map(({ name }, at) => {
    const rate = takeSpread(rates[at] ?? []);
    const ratio = takeSpread(ratios[at] ?? []);
    return [name, Math.round((rate?.median ?? 0) / 1_000).toLocaleString("en"), ((1e9 / (rate?.median ?? 1)) | 0).toLocaleString("en"), `${(ratio?.median ?? 0).toFixed(4)} (${(ratio?.least ?? 0).toFixed(4)} to ${(ratio?.greatest ?? 0).toFixed(4)})`];
  });
  process.stdout.write(`${one.title}: ${one.text}\n${writeTable([["", "thousand/s", "ns each", "against bare JavaScript"], ...rows])}\n\n`);
}
