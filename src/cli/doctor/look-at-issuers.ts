/** Look at issuers: whether the keys of those who sign tokens can be fetched from here. */
import { type Algorithm, algorithmOf, ASYMMETRIC_NAMES } from "../../keys/algorithm.ts";
import { fetchDocument } from "../../keys/fetch-document.ts";
import { loadByDiscovery, loadFrom } from "../../keys/load-keys.ts";
import { isJsonObject } from "../../contract/json-value.ts";
import type { Plan } from "../../doors/plan.ts";
import { bad, type Finding, fine } from "./finding.ts";

interface Place {
  readonly issuer: string;
  /** `discovery`, or an address. */
  readonly keys: string;
}

export async function lookAtIssuers(plans: Iterable<Plan>): Promise<readonly Finding[]> {
  return Promise.all(placesIn(plans).map(lookAtPlace));
}

/** Where keys are fetched from, each once. Keys in files and secrets were read when the policy was. */
function placesIn(plans: Iterable<Plan>): readonly Place[] {
  const places = new Map<string, Place>();
  for (const { guards } of plans) {
    for (const { guard, options, checks } of guards) {
      if (guard !== "jwt" || !checks || !isJsonObject(options) || options["secret"] !== undefined) continue;
      const { issuer, keys = "discovery" } = options;
      if (typeof issuer !== "string" || typeof keys !== "string" || keys.startsWith("file:")) continue;
      places.set(JSON.stringify([issuer, keys]), { issuer, keys });
    }
  }
  return [...places.values()];
}

async function lookAtPlace({ issuer, keys }: Place): Promise<Finding> {
  const algorithms: readonly Algorithm[] = ASYMMETRIC_NAMES.flatMap((name) => algorithmOf(name) ?? []);
  const load = keys === "discovery" ? loadByDiscovery(issuer, algorithms, fetchDocument) : loadFrom(new URL(keys), algorithms, fetchDocument);
  const set = await load(undefined, Date.now());
  if ("wrong" in set) return bad("issuer", `the keys of ${issuer} cannot be had: ${set.wrong}`, "while this lasts, callers with its tokens get 503");
  return set.keys.length === 0 ? bad("issuer", `${issuer} has no key that can be used`, "an issuer with keys for signatures (use: sig)") : fine("issuer", `${set.keys.length} ${set.keys.length === 1 ? "key" : "keys"} of ${issuer}`);
}
