/**
 * Stand-ins: guards that ask somebody outside, in a form that asks the case instead.
 *
 * Only here, for `sallyport test`: authenticators believe who the case says it is, and an outside decision point says
 * what the case says. Their options are read as always; everything else of the house is what stands at the doors. No
 * gateway can be started with them, since nothing that a policy can say leads to this file.
 */
import { isJsonObject, type Json, type JsonObject } from "../../contract/json-value.ts";
import type { Principal } from "../../exchange/principal.ts";
import { type Problem, problem } from "../../exchange/problem.ts";
import { challenging, credentialInvalid } from "../../keys/bearer.ts";
import { readClaims } from "../../keys/claims.ts";
import type { Check, Guard, Post, Site } from "../../policy/definition.ts";
import type { PlacedCase } from "./read-cases.ts";

/** What is being tried at the moment. One at a time. */
export interface Stage {
  current: PlacedCase | undefined;
}

const decisionRefused = problem("decision-refused", 403, "The decision point of this API does not allow the request");
const decisionUnavailable = problem("decision-unavailable", 503, "Whether the request is allowed cannot be found out at the moment", "issuer");

/** All guards, those that ask somebody outside replaced. */
export function withStandIns(guards: readonly Guard[], stage: Stage): readonly Guard[] {
  return guards.map((guard) => {
    if (guard.stage === "authenticate" && guard.name !== "credentials") return standIn<"authenticate">(guard, (post, options, site) => believe(guard.name, post, options, site, stage));
    return guard.name === "decision-point" ? standIn<"authorize">(guard, () => () => decide(stage)) : guard;
  });
}

function standIn<S extends "authenticate" | "authorize">(guard: Guard, compile: (post: Post, options: Json, site: Site) => Check<S>): Guard {
  return {
    ...guard,
    post(options, at) {
      const post = guard.post(options, at);
      // A check is typed by its stage where it is made, as in defineGuard.
      return post === undefined ? undefined : { ...post, compile: (site) => compile(post, options, site) as ReturnType<Post["compile"]> };
    },
  };
}

function believe(name: string, post: Post, options: Json, site: Site, stage: Stage): Check<"authenticate"> {
  const { schemes = [] } = post.establishes(site) ?? {};
  const issuer = textOf(options, "issuer");
  const audience = isJsonObject(options) ? options["audience"] : undefined;
  const invalid = challenging(site.challenges, 'error="invalid_token"');

  return ({ principal, now }) => {
    const who = stage.current?.as;
    if (who === undefined || principal !== undefined || (who.by !== undefined && who.by !== name)) return undefined;
    const named = who.claims["iss"];
    if (issuer !== undefined && named !== undefined && named !== issuer) return undefined;
    const claims = complete(who.claims, issuer ?? (typeof named === "string" ? named : name), audience ?? "test", now);
    const rules = { issuer: issuer ?? (typeof named === "string" ? named : name), audiences: [audience ?? "test"].flat().map(String), skewMilliseconds: 0, lifetimeMilliseconds: Number.MAX_SAFE_INTEGER, incomplete: false, method: name };
    const grant = readClaims(claims, rules, now);
    if ("wrong" in grant) return credentialInvalid({ ...invalid, because: { token: grant.wrong } });
    return { ...grant.principal, claims: who.claims, schemes } satisfies Principal;
  };
}

/** What every credential has and no case is about. */
function complete(claims: JsonObject, issuer: string, audience: Json, now: number): JsonObject {
  const seconds = Math.floor(now / 1_000);
  return { iss: issuer, aud: audience, iat: seconds, exp: seconds + 60, jti: "case", client_id: "case", ...claims };
}

function textOf(options: Json, name: string): string | undefined {
  const value = isJsonObject(options) ? options[name] : undefined;
  return typeof value === "string" ? value : undefined;
}

function decide({ current }: Stage): Problem | undefined {
  if (current?.decision === "permit") return undefined;
  return current?.decision === "refuse" ? decisionRefused() : decisionUnavailable({ because: { point: "the case does not say what the decision point decides" } });
}
