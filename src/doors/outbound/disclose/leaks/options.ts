/** Options: what becomes of each kind of leak, and which fields may carry what others may not. */
import { LEAK_RULES, type LeakRule } from "../../../../detection/leaks/leak.ts";
import { checked, fields, listOf, mapOf, oneOf, optional, or, reason, type Shape, size } from "../../../../guard.ts";

/** From the strictest on. `redact`: covered where it stands. `refuse`: the answer does not leave. */
export const LEAK_MODES = ["refuse", "redact", "observe"] as const;
export type LeakMode = (typeof LEAK_MODES)[number];

/** Tokens are what some operations are there to hand out, and addresses stand in many an honest answer: these are watched. */
const DEFAULTS: Readonly<Record<LeakRule, LeakMode>> = {
  "private-key": "refuse", credential: "redact", "api-key": "redact", token: "observe", card: "redact", "database-error": "refuse", trace: "refuse", "program-error": "refuse", source: "refuse", "web-shell": "refuse", "server-path": "refuse", "internal-address": "observe",
};

const ABOUT: Readonly<Record<LeakRule, string>> = {
  "private-key": "Private keys (PEM).",
  credential: "Keys and tokens of well-known providers, known by their form.",
  "api-key": "API keys of this house, known by their checksum.",
  token: "JSON Web Tokens.",
  card: "Numbers of payment cards: issuer, length and check digit fit.",
  "database-error": "Messages of databases.",
  trace: "Stack traces.",
  "program-error": "Errors of programs and frameworks, with their names.",
  source: "Sources of pages and programs.",
  "web-shell": "Programs with which others rule a server.",
  "server-path": "Files of a server, and lists of its folders.",
  "internal-address": "Private addresses and names of networks.",
};

function modeOf(rule: LeakRule): Shape<LeakMode> {
  const usual = DEFAULTS[rule];
  const shape = fields({ mode: oneOf("What becomes of it.", LEAK_MODES), reason: optional(reason("Why it is held less strictly than usual.")) }, ABOUT[rule]);
  const judged = checked(shape, ({ mode, reason: written }) =>
    written === undefined && LEAK_MODES.indexOf(mode) > LEAK_MODES.indexOf(usual) ? { wrong: `this is less strict than ${usual}, and says no reason`, allowed: "a reason beside it" } : { value: mode },
  );
  return or(judged, { mode: usual });
}

export interface Allowance {
  readonly rules: readonly LeakRule[];
  readonly reason: string;
}

const allowance: Shape<Allowance> = fields({
  rules: listOf("What the field may carry.", oneOf("A rule.", LEAK_RULES), { min: 1, max: LEAK_RULES.length }),
  reason: reason("Why it may."),
});

export const leakOptions: {
  readonly rules: Shape<Readonly<Record<LeakRule, LeakMode>>>;
  readonly allow: Shape<ReadonlyMap<string, Allowance>>;
  readonly size: Shape<number>;
} = {
  rules: or(fields(Object.fromEntries(LEAK_RULES.map((rule) => [rule, modeOf(rule)])) as Record<LeakRule, Shape<LeakMode>>, "What becomes of what a rule finds, rule by rule."), {}),
  allow: or(mapOf("Fields that may carry what they are for: `/access_token`, `/keys/*/secret`.", allowance), {}),
  size: or(size("Largest answer that is held to be looked through.", { min: "1KiB", max: "1GiB" }), "10MiB"),
};
