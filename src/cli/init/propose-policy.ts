/**
 * Propose policy: a first policy for a contract, with safe choices, and with the open questions as comments.
 *
 * What loosens anything is never decided here: it stands in a comment, to be written by whoever answers for it.
 */
import type { Operation, Scheme } from "../../contract/operation.ts";
import { bearerSchemes } from "../../keys/bearer.ts";
import type { Inferred } from "./infer-issuer.ts";

export interface Wishes {
  /** As the policy will name it: relative to the policy. */
  readonly contract: string;
  readonly upstream: string;
  readonly operations: readonly Operation[];
  readonly inferred: Inferred;
  readonly audience: string | undefined;
}

export interface Proposal {
  readonly text: string;
  /** What only the user can decide, one sentence each. */
  readonly decisions: readonly string[];
}

export function proposePolicy(wishes: Wishes): Proposal {
  const tokens = proposeTokens(wishes);
  const strangers = wishes.operations.filter(({ security = [] }) => security.length === 0 || security.some((all) => all.length === 0));
  const foreign = foreignSchemes(wishes);
  const lines = [
    "# yaml-language-server: $schema=./node_modules/sallyport/policy.schema.json",
    "# How strictly the contract is held. Relative file names start in this folder.",
    `contract: ${quote(wishes.contract)}`,
    `upstream: ${quote(wishes.upstream)}`,
    "",
    ...LISTEN,
    "",
    ...(foreign.some((scheme) => ["api-key", "basic"].includes(guardFor(scheme) ?? "")) ? DATABASE : []),
    "everywhere:",
    ...tokens.lines,
    "  # How many calls one caller may make: so many at once, and as many again in each window.",
    "  token-bucket: { burst: 60, window: 1m }",
    "  # Members of requests that the contract does not name are refused; of answers they stay in where it leaves objects open. To take them out:",
    "  # properties: { undeclared: { answered: remove } }",
    "  # Free texts are looked at for attacks. See first in the audit log whom it would refuse; then take `mode` away.",
    "  injection: { mode: observe }",
    "  # Answers are looked through for secrets, traces and messages of databases. The same: see first, then take `mode` away.",
    "  leaks: { mode: observe }",
    ...foreign.flatMap(proposeForeign),
    ...proposeStrangers(strangers),
  ];
  return { text: `${lines.join("\n")}\n`, decisions: [...tokens.decisions, ...decideStrangers(strangers), ...foreign.map(decideForeign)] };
}

const LISTEN: readonly string[] = [
  "listen:",
  "  address: 127.0.0.1",
  "  port: 8443",
  "  # For others to reach it, give it a certificate and another address:",
  "  # tls: { certificate: ./certificate.pem, key: ./key.pem }",
  "",
  "audit:",
  "  # One JSON line for each request, allowed or refused. Left out, they go to standard output.",
  "  file: ./audit.log",
  "",
  "# Health and metrics, for this machine alone: /livez, /readyz, /metrics.",
  "watch: { port: 9464 }",
];

/** Not decided here: the secret has to be made, and kept. */
const DATABASE: readonly string[] = [
  "# Keys and users are kept here; their hashes are keyed with a secret: openssl rand -base64 48 > .sallyport/pepper",
  "# database: { sqlite: ./.sallyport/sallyport.db, pepper: file:./.sallyport/pepper }",
  "",
];

const POSTINGS: Readonly<Record<string, string>> = {
  "api-key": "api-key: {}  # made with `sallyport keys create`, on the database above",
  basic: "basic: {}  # users are made with `sallyport users create`, on the database above",
  "mutual-tls": 'mutual-tls: { callers: [{ dns: "*.clients.example", scopes: [] }] }  # and listen.tls.clients',
};

/** The guard that establishes a scheme which no token fulfils. */
function guardFor({ type, in: place, http }: Scheme): keyof typeof POSTINGS | undefined {
  if (type === "apiKey") return place === "header" ? "api-key" : undefined;
  return type === "mutualTLS" ? "mutual-tls" : http === "basic" ? "basic" : undefined;
}

function proposeForeign(scheme: Scheme): readonly string[] {
  const { name, type } = scheme;
  const guard = guardFor(scheme);
  const about = `  # The contract asks for "${oneLine(name)}" (${type}): `;
  return guard === undefined ? [`${about}no guard for it has been posted here.`] : [`${about}what follows is the guard for it.`, `  # ${POSTINGS[guard]}`];
}

function proposeTokens({ operations, inferred, audience }: Wishes): { readonly lines: readonly string[]; readonly decisions: readonly string[] } {
  if (operations.every((operation) => bearerSchemes(operation).length === 0)) return { lines: [], decisions: [] };
  const { issuer, guess } = inferred;
  const decided = issuer !== undefined && audience !== undefined;
  const mark = decided ? "" : "# ";
  const missing = [...(issuer === undefined ? ["issuer"] : []), ...(audience === undefined ? ["audience"] : [])];
  const shown = issuer ?? guess ?? "https://id.example";
  return {
    lines: [
      "  # Who is asking: access tokens (JWT) that this issuer signed for this audience.",
      ...(decided ? [] : [`  # To decide: ${missing.join(" and ")}; the contract does not say.${guess !== undefined && issuer === undefined ? " It gets its tokens from the address below." : ""}`]),
      `  ${mark}jwt:`,
      `  ${mark}  issuer: ${quote(shown)}`,
      `  ${mark}  audience: ${quote(audience ?? "name-of-this-api")}`,
    ],
    decisions: decided ? [] : [`everywhere.jwt: who issues the tokens, and for which audience (the contract does not say the ${missing.join(" nor the ")})`],
  };
}

/** Schemes that no token fulfils and that have no posting here. */
function foreignSchemes({ operations }: Wishes): readonly Scheme[] {
  const bearer = new Set(operations.flatMap(bearerSchemes));
  const schemes = operations.flatMap(({ security = [] }) => security.flat()).map(({ scheme }) => scheme);
  return [...new Map(schemes.filter(({ name }) => !bearer.has(name)).map((scheme) => [scheme.name, scheme])).values()];
}

function decideForeign(scheme: Scheme): string {
  const { name, type, http } = scheme;
  const guard = guardFor(scheme);
  if (guard !== undefined) return `security scheme "${name}" (${type}${http === undefined ? "" : ` ${http}`}): post ${guard}, which stands in the policy as a comment${guard === "mutual-tls" ? "" : ", and the database that it needs"}`;
  return `security scheme "${name}" (${type}${http === undefined ? "" : ` ${http}`}): which guard establishes it, or another scheme in the contract`;
}

function proposeStrangers(strangers: readonly Operation[]): readonly string[] {
  if (strangers.length === 0) return [];
  return [
    "",
    "# The contract lets strangers into these operations. Each stays shut until a reason is written here,",
    "# or `security` in the contract.",
    "# operations:",
    ...strangers.map(({ id, method, path }) => `#   ${oneLine(key(id))}: { public: "why strangers may come in" }  # ${oneLine(`${method} ${path}`)}`),
  ];
}

function decideStrangers(strangers: readonly Operation[]): readonly string[] {
  return strangers.map(({ id }) => `operations.${id}: the contract lets strangers in; say why (public: <reason>), or ask for a credential in the contract`);
}

/** Text of the contract in a comment must not end the comment. */
function oneLine(text: string): string {
  return text.replace(/[\0-\x1f\x7f-\x9f\u2028\u2029]/g, " ");
}

/** JSON is YAML 1.2: every text can be written so. */
function quote(text: string): string {
  return /^[A-Za-z./][A-Za-z0-9._/:-]*$/.test(text) && !text.endsWith(":") && isText(text) ? text : JSON.stringify(text);
}

/** Some readers of YAML take such words for something other than a text, and `.5` is a number. */
function isText(word: string): boolean {
  return !/^(?:true|false|null|yes|no|on|off|y|n|\.(?:nan|inf|[0-9].*))$/i.test(word);
}

function key(id: string): string {
  return /^[A-Za-z][A-Za-z0-9_-]*$/.test(id) && isText(id) ? id : JSON.stringify(id);
}
