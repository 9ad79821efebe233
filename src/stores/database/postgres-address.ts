/**
 * PostgreSQL address: a URL becomes the settings of a connection, or what is wrong with it.
 *
 * Read here and not by the library, whose reading changes between versions what `sslmode` means. What is not known is
 * refused. Passwords and hashes of keys travel this way: across a network only with TLS that is verified, or with a
 * written reason. No message repeats any of the URL but the names of its parameters.
 */
import { readFileSync } from "node:fs";
import { isIP } from "node:net";
import type { Unusable } from "./database.ts";

export interface PostgresAddress {
  readonly host: string;
  readonly port: number;
  readonly user: string | undefined;
  readonly password: string | undefined;
  readonly database: string;
  readonly tls: PostgresTls | undefined;
}

export interface PostgresTls {
  readonly rejectUnauthorized: boolean;
  readonly servername?: string;
  readonly ca?: string;
  readonly cert?: string;
  readonly key?: string;
}

const FORM = "postgres://user:password@host:5432/database?sslmode=verify-full";
const PARAMETERS: ReadonlySet<string> = new Set(["host", "sslmode", "sslrootcert", "sslcert", "sslkey"]);
const UNVERIFIED: ReadonlySet<string> = new Set(["no-verify"]);
const PLAIN: ReadonlySet<string> = new Set(["disable", "allow", "prefer"]);
const VERIFIED: ReadonlySet<string> = new Set(["require", "verify-ca", "verify-full"]);

/** @param plain why the way there need not be encrypted and verified, where somebody said so */
export function readPostgresAddress(written: string, plain: string | undefined): { readonly address: PostgresAddress } | Unusable {
  const url = parse(written.trim());
  if (url === undefined) return { wrong: "what the reference points at is not the URL of a PostgreSQL database", allowed: FORM };
  const parameters = [...url.searchParams.keys()];
  const stray = parameters.find((name) => !PARAMETERS.has(name)) ?? parameters.find((name, at) => parameters.indexOf(name) !== at);
  if (stray !== undefined) return { wrong: `the URL has a parameter that is not known, or twice: ${JSON.stringify(stray.slice(0, 40))}`, allowed: [...PARAMETERS].join(", ") };
  const user = decode(url.username);
  const password = decode(url.password);
  const database = decode(url.pathname.slice(1));
  const host = url.searchParams.get("host") ?? decode(url.hostname.replace(/^\[|\]$/g, ""));
  if (user === null || password === null || database === null || host === null) return { wrong: "the URL is not well-formed", allowed: FORM };
  if (host === undefined || database === undefined) return { wrong: "the URL names no host or no database", allowed: FORM };
  const tls = readTls(url.searchParams, host, plain);
  if ("wrong" in tls) return tls;
  return { address: { host, port: url.port === "" ? 5_432 : Number(url.port), user, password, database, tls: tls.tls } };
}

function parse(written: string): URL | undefined {
  // `postgres:///orders?host=/run/postgresql` has no host of its own.
  const url = URL.canParse(written) ? new URL(written) : undefined;
  return url?.protocol === "postgres:" || url?.protocol === "postgresql:" ? url : undefined;
}

/** undefined: empty. null: not well-formed. */
function decode(part: string): string | null | undefined {
  if (part === "") return undefined;
  try {
    return decodeURIComponent(part);
  } catch {
    return null;
  }
}

function readTls(parameters: URLSearchParams, host: string, plain: string | undefined): { readonly tls: PostgresTls | undefined } | Unusable {
  const mode = parameters.get("sslmode") ?? "disable";
  if (PLAIN.has(mode)) {
    if (plain === undefined && !isLocal(host)) return { wrong: "the database would be spoken to in clear", allowed: "sslmode=verify-full in the URL, or database.plain: <reason>" };
    return { tls: undefined };
  }
  if (UNVERIFIED.has(mode) && plain === undefined) return { wrong: "nobody would check who the database is", allowed: "sslmode=verify-full in the URL, or database.plain: <reason>" };
  if (!UNVERIFIED.has(mode) && !VERIFIED.has(mode)) return { wrong: "sslmode in the URL is not known", allowed: [...VERIFIED, ...UNVERIFIED, ...PLAIN].join(", ") };
  const files: Record<string, string> = {};
  for (const [name, parameter] of [["ca", "sslrootcert"], ["cert", "sslcert"], ["key", "sslkey"]] as const) {
    const file = parameters.get(parameter);
    if (file === null) continue;
    const text = read(file);
    if (text === undefined) return { wrong: `the file of ${parameter} cannot be read` };
    files[name] = text;
  }
  return { tls: { rejectUnauthorized: VERIFIED.has(mode), ...(isIP(host) === 0 ? { servername: host } : {}), ...files } };
}

function read(file: string): string | undefined {
  try {
    return readFileSync(file, "utf8");
  } catch {
    return undefined;
  }
}

/** A socket in the file system, or this machine. */
function isLocal(host: string): boolean {
  return host.startsWith("/") || host === "localhost" || host === "::1" || /^127\.\d+\.\d+\.\d+$/.test(host);
}
