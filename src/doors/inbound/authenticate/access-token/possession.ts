/**
 * Possession: whether the sender of an access token also holds the key that it is bound to.
 *
 * The same for every guard that takes access tokens. What a token is bound to is always proven, asked for or not: a
 * bound token that comes alone is a stolen one, as far as one can see. `bound` makes it a must.
 */
import { type Known, type Problem, problem, type Site } from "../../../../guard.ts";
import { algorithmOf } from "../../../../keys/algorithm.ts";
import type { Binding } from "../../../../keys/binding.ts";
import { challenging, credentialInvalid, credentialMalformed, type PresentedToken, type TokenScheme } from "../../../../keys/bearer.ts";
import { Nonces } from "../../../../keys/dpop/nonces.ts";
import { type CheckProof, type Proof, proofChecker } from "../../../../keys/dpop/proof.ts";
import { findWeakness, readSecret } from "../../../../keys/secret.ts";
import { dpopOf, type NonceWishes, type PossessionWishes } from "./possession-options.ts";

const proofInvalid = problem("proof-invalid", 401, "The proof of possession is not valid");
const proofNonce = problem("proof-nonce", 401, "The proof of possession needs the nonce of this answer");
const proofUnchecked = problem("proof-unchecked", 503, "The proof of possession cannot be checked at the moment");

export interface Possession {
  /** Whether tokens that come with this scheme are looked at. */
  readonly takes: (scheme: TokenScheme) => boolean;
  /** undefined: the sender holds what the token is bound to. */
  readonly prove: (bound: Binding | undefined, presented: PresentedToken, exchange: Known) => Problem | undefined | Promise<Problem | undefined>;
}

/** undefined after a misfit was reported. */
export function openPossession(wishes: PossessionWishes & { readonly skew: number }, site: Site): Possession | undefined {
  const dpop = dpopOf(wishes);
  if (dpop === undefined) return possession(wishes.bound, undefined, site);
  const nonces = dpop.nonce === undefined ? undefined : openNonces(dpop.nonce, site);
  if (site.external.length === 0) site.report("proofs name the address that the caller sees, and nobody said which that is", "external: https://... at the top of the policy");
  if (nonces === "wrong" || site.external.length === 0) return undefined;
  const algorithms = [...new Set(dpop.algorithms.flatMap((name) => algorithmOf(name) ?? []))];
  const rules = { algorithms, windowMilliseconds: dpop.window, skewMilliseconds: wishes.skew, nonces, external: site.external };
  const key = JSON.stringify(["dpop proofs", dpop, wishes.skew, site.external, nonces?.version]);
  const check = site.share(key, () => ({ value: proofChecker({ ...rules, nonces: nonces?.nonces }) }));
  return possession(wishes.bound, { check, nonces: nonces?.nonces }, site);
}

function openNonces({ secret, rotate }: NonceWishes, { folder, report }: Site): { readonly nonces: Nonces; readonly version: string } | "wrong" {
  const read = readSecret(secret, folder);
  const wrong = "wrong" in read ? read.wrong : findWeakness(read.secret);
  if (wrong === undefined && "secret" in read) {
    const nonces = new Nonces(read.secret, rotate);
    return { nonces, version: nonces.at(0) };
  }
  report(`dpop: nonce: ${wrong ?? ""}`, "wrong" in read ? read.allowed : "random bytes, for example of `openssl rand -base64 48`");
  return "wrong";
}

/** What could not be read is no certificate, although nothing has a thumbprint, too. */
function thumbprintOf({ certificate }: Known): string | undefined {
  return certificate === undefined || certificate.bytes.byteLength === 0 ? undefined : certificate.thumbprint;
}

interface Proofs {
  readonly check: CheckProof;
  readonly nonces: Nonces | undefined;
}

function possession(needed: PossessionWishes["bound"], proofs: Proofs | undefined, site: Site): Possession {
  const { challenges, store } = site;
  const invalid = { Bearer: challenging(challenges, 'error="invalid_token"', "Bearer"), DPoP: challenging(challenges, 'error="invalid_token"', "DPoP") };
  const badProof = challenging(challenges, 'error="invalid_dpop_proof"', "DPoP");
  const wantsNonce = challenging(challenges, 'error="use_dpop_nonce"', "DPoP");
  const malformed = credentialMalformed({ ...challenging(challenges, 'error="invalid_dpop_proof"', "DPoP"), because: { proof: "several DPoP fields" } });
  const uncheckable = (why: string): Problem => proofUnchecked({ headers: { "retry-after": "2" }, because: { replay: why } });

  return { takes: (scheme) => scheme === "Bearer" || proofs !== undefined, prove };

  function prove(bound: Binding | undefined, { token, scheme }: PresentedToken, exchange: Known): Problem | undefined | Promise<Problem | undefined> {
    const refuse = (why: string): Problem => credentialInvalid({ ...invalid[scheme], because: { token: `cnf: ${why}` } });
    if (bound === undefined) return needed === undefined && scheme === "Bearer" ? undefined : refuse("not bound to a key");
    if (bound.certificate !== undefined && bound.certificate !== thumbprintOf(exchange)) return refuse("bound to another certificate than that of the connection");
    if (needed === "mtls" && bound.certificate === undefined) return refuse("not bound to a certificate");
    if (bound.key === undefined) return needed !== "dpop" && scheme === "Bearer" ? undefined : refuse("not bound to a key that signs proofs");
    if (proofs === undefined) return refuse("bound to a key that nobody checks here");
    return scheme === "Bearer" ? refuse("bound to a key, and presented as a bearer token") : check(proofs, bound.key, token, exchange);
  }

  function check({ check: read, nonces }: Proofs, thumbprint: string, token: string, exchange: Known): Problem | undefined | Promise<Problem | undefined> {
    const { request, now, reply } = exchange;
    const value = request.fields.one("dpop");
    if (value === undefined) return proofInvalid({ ...badProof, because: { proof: "missing" } });
    if (request.fields.count("dpop") > 1) return malformed;
    const proof = read(value, { token, thumbprint, method: request.method, path: request.path, now });
    if (proof === "nonce") {
      reply.set("dpop-nonce", nonces?.at(now) ?? "");
      return proofNonce(wantsNonce);
    }
    if ("wrong" in proof) return proofInvalid({ ...badProof, because: { proof: proof.wrong } });
    if (proof.renew) reply.set("dpop-nonce", nonces?.at(now) ?? "");
    return remember(proof, thumbprint, now);
  }

  /** Only once: whoever saw the request of another cannot send it again (RFC 9449, section 11.1). */
  function remember({ id, end }: Proof, thumbprint: string, now: number): Problem | undefined | Promise<Problem | undefined> {
    try {
      const news = store.once(`dpop ${thumbprint} ${id}`, end, now, "proofs");
      return news instanceof Promise ? news.then(judge).catch(broken) : judge(news);
    } catch (fault) {
      return broken(fault);
    }
  }

  function judge(news: unknown): Problem | undefined {
    if (news === "first") return undefined;
    if (news === "again") return proofInvalid({ ...badProof, because: { proof: "jti: used before" } });
    return uncheckable(news === "full" ? "no room to remember it" : "no answer");
  }

  function broken(fault: unknown): Problem {
    return uncheckable(fault instanceof Error ? fault.name : typeof fault);
  }
}
