/**
 * Principal value: what of a caller is compared with the owner of an object: `principal.subject`, `principal.id`,
 * `principal.client`, or a claim that the policy declares, such as `principal.tenant`.
 *
 * Written as in rules, and as strict: a name that nobody declared does not start. `principal.subject` means people: a program
 * that happens to be called like somebody owns nothing of theirs (RFC 9068, section 5); `principal.client` is for programs.
 */
import type { Json } from "../contract/json-value.ts";
import type { Principal } from "../exchange/principal.ts";
import { findClaim } from "./claim.ts";
import type { DeclaredClaim, Identity } from "./identity.ts";

/** One name, several, or none: then nothing is the caller's. */
export type Names = string | ReadonlySet<string> | undefined;

export type PrincipalValue = (principal: Principal | undefined) => Names;

const OWN: ReadonlyMap<string, (principal: Principal) => string | undefined> = new Map([
  ["id", ({ id }) => id],
  ["subject", ({ subject, party }) => (party === "user" ? subject : undefined)],
  ["client", ({ client }) => client],
]);

const COMPARED: ReadonlySet<DeclaredClaim["type"]> = new Set(["string", "int", "strings", "ints"]);

/** @param written e.g. `principal.subject` */
export function principalValue(written: string, { claims }: Pick<Identity, "claims">): PrincipalValue | { readonly wrong: string; readonly allowed: string } {
  const name = written.startsWith("principal.") ? written.slice("principal.".length) : "";
  const own = OWN.get(name);
  if (own !== undefined) return (principal) => (principal === undefined ? undefined : own(principal));
  const declared = claims.get(name);
  const known = [...OWN.keys(), ...claims.keys()].map((one) => `principal.${one}`).join(", ");
  if (declared === undefined) return { wrong: `${JSON.stringify(written)} is nothing that a caller has`, allowed: `${known}; other claims are declared first: claims: { <name>: string }` };
  if (!COMPARED.has(declared.type)) return { wrong: `the claim ${name} is declared as ${declared.type}: no owner could be equal to it`, allowed: [...COMPARED].join(", ") };
  return (principal) => (principal === undefined ? undefined : readClaim(principal, declared));
}

/** What is not of the declared type is nobody's name. */
function readClaim({ claims }: Principal, { path, type }: DeclaredClaim): Names {
  const found = findClaim(claims, path);
  if (found === undefined || "wrong" in found) return undefined;
  const isName = type.startsWith("string") ? isText : isWhole;
  if (!type.endsWith("s")) return isName(found.value) ? String(found.value) : undefined;
  return Array.isArray(found.value) && found.value.every(isName) ? new Set(found.value.map(String)) : undefined;
}

function isText(value: Json): value is string {
  return typeof value === "string" && value !== "";
}

function isWhole(value: Json): value is number {
  return Number.isSafeInteger(value);
}

/** Letter by letter: neither case nor form is evened out. */
export function isAmong(name: string, names: Names): boolean {
  return typeof names === "string" ? names === name : names !== undefined && names.has(name);
}
