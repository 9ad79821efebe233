/**
 * Identity: what the policy says of principals: the roles that they have, and the claims that rules may name.
 *
 * The one place where roles are worked out. A claim is the issuer's word, and issuers write roles in many places and
 * forms; the policy states where they stand, whose word counts, and which roles there are at all. A claim that cannot
 * be read as roles yields no roles and no lack of them: whoever asks has to refuse.
 */
import type { Json } from "../contract/json-value.ts";
import type { Principal } from "../exchange/principal.ts";
import { CLAIM_TYPES, type ClaimPath, type ClaimType, claimPath, findClaim } from "./claim.ts";
import { checked, either, fields, listOf, mapOf, oneOf, optional, or, type Shape, text } from "./shape.ts";

/** Roles of one principal. More are no roles any more, but somebody's mistake. */
export const ROLES_MAX = 1_000;
export const ROLE_CHARACTERS_MAX = 200;

export const roleName: Shape<string> = text("A role, exactly as it is called.", { max: ROLE_CHARACTERS_MAX, example: "teller" });

interface RoleSource {
  readonly claim: ClaimPath;
  readonly issuer: string | undefined;
  /** What the values of the claim stand for; undefined: for themselves. */
  readonly as: ReadonlyMap<string, string> | undefined;
}

export interface RoleSettings {
  readonly from: readonly RoleSource[];
  readonly known: readonly string[] | undefined;
}

/** A claim that the policy declares. */
export interface DeclaredClaim {
  readonly path: ClaimPath;
  readonly type: ClaimType;
}

const path: Shape<ClaimPath> = checked(text("Where the claim stands in the credential.", { max: 300, example: "realm_access.roles" }), claimPath);

const source: Shape<RoleSource> = either(
  path,
  fields({
    claim: path,
    issuer: optional(text("The issuer whose credentials are read; all when left out, of which `sallyport check` warns where there are several.", { example: "https://id.example" })),
    as: optional(mapOf("What the values stand for: a value that is not named here is no role.", roleName)),
  }),
  (claim) => ({ claim, issuer: undefined, as: undefined }),
);

export const rolesShape: Shape<RoleSettings | undefined> = optional(
  checked(
    fields(
      {
        from: listOf("The claims in which roles stand: a name, names with dots between, or a JSON Pointer.", source, { min: 1, max: 20 }),
        known: optional(listOf("All roles that there are: others in a credential are left out, and a policy that asks for another one does not start.", roleName, { min: 1, max: ROLES_MAX })),
      },
      "Where the roles of a principal stand.",
    ),
    ({ from, known }) => {
      const stray = from.flatMap(({ as }) => [...(as?.values() ?? [])]).find((role) => known?.includes(role) === false);
      return stray === undefined ? { value: { from, known } } : { wrong: `${JSON.stringify(stray)} is not among the known roles`, allowed: known?.join(", ") ?? "" };
    },
  ),
);

/** What a principal has of itself: a claim must not take its name. */
export const PRINCIPAL_NAMES: readonly string[] = ["id", "issuer", "party", "subject", "client", "scopes", "roles", "methods"];
/** As rules are written, a name is an identifier; these words mean something else there. */
const IDENTIFIER = /^[A-Za-z_][A-Za-z0-9_]{0,99}$/;
const RESERVED: ReadonlySet<string> = new Set("true false null in as break const continue else for function if import let loop package namespace return var void while __proto__".split(" "));

const claimType = oneOf("Its type.", CLAIM_TYPES);

export const claimsShape: Shape<ReadonlyMap<string, DeclaredClaim>> = or(
  checked(
    mapOf(
      "Claims that rules may name, as `principal.<name>`: a type, or where the claim stands and its type.",
      either(claimType, fields({ from: optional(path), type: claimType }), (type) => ({ from: undefined, type })),
    ),
    (claims) => {
      const wrong = [...claims.keys()].find((name) => !IDENTIFIER.test(name) || RESERVED.has(name) || PRINCIPAL_NAMES.includes(name));
      if (wrong !== undefined) return { wrong: `a claim cannot be named ${JSON.stringify(wrong)} in rules`, allowed: `letters, digits and _, and none of ${PRINCIPAL_NAMES.join(", ")}: name: { from: <claim>, type: <type> }` };
      return { value: new Map([...claims].map(([name, { from = [name], type }]) => [name, { path: from, type }])) };
    },
  ),
  {},
);

export interface Identity {
  /** A stranger has none. undefined: what stands there cannot be read as roles, so nobody knows. */
  readonly rolesOf: (principal: Principal | undefined) => ReadonlySet<string> | undefined;
  /** What is wrong with asking for a role of this name; undefined: nothing. */
  readonly wrongRole: (role: string) => { readonly message: string; readonly allowed: string } | undefined;
  readonly claims: ReadonlyMap<string, DeclaredClaim>;
}

/** What the settings `roles` and `claims` of a policy come to. */
export function identityOf(roles: RoleSettings | undefined, claims: ReadonlyMap<string, DeclaredClaim>): Identity {
  const known = roles === undefined ? undefined : knownRoles(roles);
  return {
    rolesOf: roles === undefined ? () => NO_ROLES : remembering((principal) => readRoles(principal, roles, known)),
    wrongRole: (role) => {
      if (roles === undefined) return { message: "the policy does not say where roles come from", allowed: "roles: { from: <claim> }" };
      return known === undefined || known.has(role) ? undefined : { message: `there is no role ${JSON.stringify(role)}`, allowed: [...known].join(", ") };
    },
    claims,
  };
}

const NO_ROLES: ReadonlySet<string> = new Set();

/** undefined: any role may be asked for. Where every source says what its values stand for, those are all there are. */
function knownRoles({ from, known }: RoleSettings): ReadonlySet<string> | undefined {
  if (known !== undefined) return new Set(known);
  return from.every(({ as }) => as !== undefined) ? new Set(from.flatMap(({ as }) => [...(as?.values() ?? [])])) : undefined;
}

function readRoles(principal: Principal, { from }: RoleSettings, known: ReadonlySet<string> | undefined): ReadonlySet<string> | undefined {
  const roles = new Set<string>();
  for (const { claim, issuer, as } of from) {
    if (issuer !== undefined && issuer !== principal.issuer) continue;
    const values = readNames(findClaim(principal.claims, claim));
    if (values === undefined) return undefined;
    for (const value of values) {
      const role = as === undefined ? value : as.get(value);
      if (role !== undefined && (known === undefined || known.has(role))) roles.add(role);
    }
  }
  return roles;
}

/** One name or a list of names; a claim that is not there names nobody. undefined: neither. */
function readNames(found: ReturnType<typeof findClaim>): readonly string[] | undefined {
  if (found === undefined) return [];
  if ("wrong" in found) return undefined;
  const names: readonly Json[] = Array.isArray(found.value) ? found.value : [found.value];
  if (names.length > ROLES_MAX) return undefined;
  return names.every((name) => typeof name === "string" && name.length <= ROLE_CHARACTERS_MAX) ? (names as readonly string[]) : undefined;
}

/** Credentials are remembered by their guards, with the claims in them: what was worked out for them is, too. */
function remembering(work: (principal: Principal) => ReadonlySet<string> | undefined): Identity["rolesOf"] {
  const kept = new WeakMap<object, { readonly issuer: string; readonly roles: ReadonlySet<string> | undefined }>();
  return (principal) => {
    if (principal === undefined) return NO_ROLES;
    const found = kept.get(principal.claims);
    if (found !== undefined && found.issuer === principal.issuer) return found.roles;
    const roles = work(principal);
    kept.set(principal.claims, { issuer: principal.issuer, roles });
    return roles;
  };
}
