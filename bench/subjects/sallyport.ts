/**
 * Sallyport: the gateway of this repository, as a user starts it: `sallyport run <policy>`.
 *
 * The policy is written as JSON, which is YAML.
 */
import { existsSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import type { Place } from "../place.ts";
import type { Subject } from "./subject.ts";

const program = resolve(import.meta.dirname, "../../bin/sallyport.js");

export const sallyport: Subject = {
  name: "sallyport",
  about: "this repository's gateway, one thread",
  guards: ["token", "parameters", "body", "limit", "headers", "answer", "record"],
  overTls: true,
  missing: () => (existsSync(program) ? undefined : "bin/sallyport.js is not there"),
  command: (place) => {
    const policyFile = join(place.folder, "policy.yaml");
    writeFileSync(policyFile, JSON.stringify(policyOf(place), undefined, 2));
    return { program: process.execPath, words: [program, "run", policyFile] };
  },
};

/** What is asked of the gateway in every bench that compares it. */
export function policyOf(place: Place): object {
  return {
    contract: place.contractFile,
    upstream: place.upstream,
    listen: { address: "127.0.0.1", port: place.port, ...(place.tls === undefined ? {} : { tls: { certificate: place.tls.certificateFile, key: place.tls.keyFile } }) },
    everywhere: {
      jwt: { issuer: place.issuer, audience: place.audience, keys: `file:${place.keysFile}`, lifetime: "1d" },
      "token-bucket": { burst: place.limitPerMinute, window: "1m" },
    },
    audit: { file: place.auditFile },
  };
}
