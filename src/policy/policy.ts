/**
 * Policy: the one file that says how strictly the contract is held.
 *
 * Strict reading: an unknown key is an error that names the allowed ones. What stands under `everywhere` and
 * `operations` is kept as written and read by the guards' own shapes (see postings.ts).
 */
import type { Json, JsonObject } from "../contract/json-value.ts";
import type { DatabaseWishes } from "../stores/database/open-database.ts";
import type { StoreWishes } from "../stores/hold-store.ts";
import { canonicalUrl } from "../exchange/http-url.ts";
import { claimsShape, type DeclaredClaim, type RoleSettings, rolesShape } from "./identity.ts";
import { decisionsShape, type DecisionsSettings } from "./decisions.ts";
import { type DoorLimits, doorShape } from "./door.ts";
import { egressShape, type EgressSettings } from "./egress.ts";
import { limitsShape } from "./limits.ts";
import { checked, count, duration, fields, flag, listOf, oneOf, optional, or, reason, type Shape, size, text, url } from "./shape.ts";
import { type UpstreamSettings, upstreamShape } from "./upstream.ts";

/** Anything at all: read later by somebody who knows the guards. */
function later(about: string): Shape<JsonObject> {
  return {
    schema: { type: "object", description: about },
    optional: true,
    fallback: {},
    read: (value, at) => {
      if (typeof value === "object" && value !== null && !Array.isArray(value)) return value as JsonObject;
      at.report(at.pointer, "expected names of guards with their options");
      return {};
    },
  };
}

const port = (about: string): Shape<number> => count(about, { min: 0, max: 65_535 });

const basePath: Shape<string> = checked(text("Path in front of all paths of the contract; taken from its first server when left out.", { example: "/v1" }), (path) =>
  path === "/" || /^(\/[A-Za-z0-9._~-]+)+$/.test(path) ? { value: path === "/" ? "" : path } : { wrong: "not a plain path", allowed: "/ or /name/name" },
);

export const THREADS_MAX = 64;

const threadCount = count("", { min: 1, max: THREADS_MAX });
const threads: Shape<number | "auto"> = {
  ...threadCount,
  schema: { description: "Threads of the gateway behind its one port; `auto` takes one for each processor.", anyOf: [{ type: "string", const: "auto" }, { type: "integer", minimum: 1, maximum: THREADS_MAX }] },
  read: (value, at) => (value === "auto" ? value : threadCount.read(value, at)),
};

const externalUrl: Shape<string> = checked(url("An address with the path that proxies in front take away."), (given) => {
  const canonical = canonicalUrl(given.href);
  return canonical === undefined ? { wrong: "not an address that a request could have" } : { value: canonical.replace(/\/$/, "") };
});

/** What the policy says beside its postings. Times in milliseconds, sizes in bytes. */
export interface Settings {
  readonly contract: string;
  readonly upstream: UpstreamSettings | undefined;
  readonly base: string | undefined;
  /** Canonical, without a slash at the end. */
  readonly external: readonly string[];
  readonly strict: boolean;
  readonly listen: Listen;
  readonly threads: number | "auto";
  readonly trust: readonly string[];
  readonly certificates: "connection" | "proxy";
  readonly unlisted: { readonly forward: string } | undefined;
  readonly deadline: number;
  readonly audit: AuditSettings;
  readonly database: DatabaseSettings | undefined;
  readonly limits: StoreWishes;
  readonly watch: { readonly address: string; readonly port: number } | undefined;
  readonly egress: EgressSettings | undefined;
  readonly decisions: DecisionsSettings | undefined;
  readonly drain: number;
  readonly roles: RoleSettings | undefined;
  readonly claims: ReadonlyMap<string, DeclaredClaim>;
  readonly everywhere: JsonObject;
  readonly operations: JsonObject;
}

export interface Listen {
  readonly address: string;
  readonly port: number;
  readonly tls: ListenTls | undefined;
  readonly plain: string | undefined;
  readonly proxy: readonly string[];
  readonly limits: DoorLimits;
}

export interface ListenTls {
  readonly certificate: string;
  readonly key: string;
  readonly versions: "1.3" | "1.2 and 1.3";
  readonly clients: { readonly authorities: string | undefined; readonly revoked: string | undefined } | undefined;
}

export interface AuditSettings {
  readonly file: string | undefined;
  readonly rotate: number;
  readonly keep: number;
  readonly queue: number;
  readonly whenFull: "refuse" | "drop";
}

export interface DatabaseSettings extends DatabaseWishes {
  readonly pepper: readonly string[];
}

const database: Shape<DatabaseSettings> = checked(
  fields({
    sqlite: optional(text("File of an embedded SQLite database, for one node; made when it is not there.", { example: "./.sallyport/sallyport.db" })),
    postgres: optional(text("Reference to the URL of a PostgreSQL database that several nodes share: env:NAME or file:path.", { example: "env:DATABASE_URL" })),
    pepper: or(listOf("Reference to the secret with which hashes of keys, passwords and names are keyed: env:NAME or file:path. Of several the first is used for what is new.", text("A reference.", { example: "env:SALLYPORT_PEPPER" }), { max: 4 }), []),
    plain: optional(reason("Why the way to PostgreSQL need not be encrypted and verified.")),
    connections: or(count("Connections to PostgreSQL.", { min: 1, max: 100 }), 8),
    wait: or(duration("Longest wait for an answer of the database; what needs it is refused then.", { min: "50ms", max: "30s" }), "1s"),
  }, "What outlives the process and is shared by nodes: keys, users, revocations, quotas."),
  (value) => ((value.sqlite === undefined) === (value.postgres === undefined) ? { wrong: "a database is one of the two", allowed: "sqlite or postgres" } : { value }),
);

export const settingsShape: Shape<Settings> = fields({
  contract: text("The OpenAPI document: a file, seen from the folder of this policy.", { example: "./openapi.yaml" }),
  upstream: upstreamShape,
  base: optional(basePath),
  external: or(listOf("Where callers find this door, seen from in front of all proxies; the first is its name in the metadata. Proofs of possession name it.", externalUrl, { max: 10 }), []),
  strict: or(flag("Whether a schema that cannot be enforced stops everything instead of only its operation."), false),
  listen: or(
    fields({
      address: or(text("Address to listen on."), "127.0.0.1"),
      port: or(port("Port to listen on; 0 takes a free one."), 8443),
      tls: optional(
        fields({
          certificate: text("PEM file with the certificate chain, the server's own first."),
          key: text("PEM file with the private key."),
          versions: or(oneOf("TLS versions that are spoken.", ["1.3", "1.2 and 1.3"]), "1.3"),
          clients: optional(
            fields(
              {
                authorities: optional(text("PEM file with the authorities that vouch for callers' certificates. Without it a certificate proves that its key is there, for tokens that are bound to it, and nothing else.")),
                revoked: optional(text("PEM file with the revocation lists of all these authorities.")),
              },
              "Callers are asked for a certificate. Who comes without one, or with one that nobody vouches for, is refused where a guard asks for it.",
            ),
          ),
        }, "The door speaks TLS. Left out: it does not, which is refused on an address that others can reach unless `plain` says why."),
      ),
      plain: optional(reason("Why this door may speak plain HTTP on an address that others can reach.")),
      proxy: or(listOf("Addresses or ranges of proxies whose connections begin with a PROXY header (version 1 or 2). It is mandatory there, and the caller's address is what it says; from anybody else it is no request.", text("An address or a range such as 10.0.0.0/8."), { max: 100 }), []),
      limits: doorShape,
    }, "Where callers come in, and how."),
    {},
  ),
  threads: or(threads, 1),
  trust: or(listOf("Addresses or ranges of the proxies in front of this door; only their forwarding fields are believed.", text("An address or a range such as 10.0.0.0/8.")), []),
  certificates: or(oneOf("Where callers' certificates come from: the connection to this door; or, of callers behind a proxy under `trust`, its field Client-Cert (RFC 9440). Such a proxy must verify the certificate, and drop the field where its callers write one.", ["connection", "proxy"]), "connection"),
  unlisted: optional(fields({ forward: reason("Why requests that the contract does not list are forwarded all the same.") }, "Requests that the contract does not list. Left out: they are refused.")),
  deadline: or(duration("Longest time from a request's head to its answer's head.", { min: "100ms", max: "1h" }), "30s"),
  audit: or(
    fields({
      file: optional(text("File for the audit records, one JSON line each; standard output when left out.")),
      rotate: or(size("Size at which the file is set aside and a new one begun.", { min: "64KiB", max: "1GiB" }), "64MiB"),
      keep: or(count("Files that are kept beside the current one.", { min: 0, max: 10_000 }), 10),
      queue: or(size("Records that may wait to be written.", { min: "64KiB", max: "256MiB" }), "8MiB"),
      whenFull: or(oneOf("What happens to new requests while the queue is full.", ["refuse", "drop"]), "refuse"),
    }, "Where the records of exchanges go."),
    {},
  ),
  database: optional(database),
  limits: limitsShape,
  watch: optional(
    fields({
      address: or(text("Address for health and metrics: a loopback address."), "127.0.0.1"),
      port: or(port("Port for /livez, /readyz and /metrics."), 9464),
    }, "A door for operators, with health and metrics. Left out: there is none."),
  ),
  egress: egressShape,
  decisions: decisionsShape,
  drain: or(duration("Longest time that exchanges in flight may take to finish after the order to stop.", { min: "0s", max: "1h" }), "10s"),
  roles: rolesShape,
  claims: claimsShape,
  everywhere: later("Guards at every operation."),
  operations: later("Guards at single operations, by operationId: what stands here takes the place of the same guard under `everywhere`."),
});

/** A policy as read: the settings, and the raw text of the postings. */
export interface Policy {
  readonly file: string;
  readonly folder: string;
  /** First 16 hexadecimal digits of the SHA-256 of the file: which policy decided, for the record. */
  readonly version: string;
  readonly settings: Settings;
  /** The plain value, for looking up what was written where. */
  readonly written: Json;
}
