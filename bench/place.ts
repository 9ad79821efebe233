/**
 * Place: everything that a subject is told about where it stands.
 *
 * A subject that is a Node program gets it as a JSON file named by its first argument; the others (Sallyport, nginx) get
 * a policy or configuration file that is generated from it.
 */
import { readFileSync } from "node:fs";

export interface Place {
  readonly port: number;
  /** The API, without a path: `http://127.0.0.1:<port>`. */
  readonly upstream: string;
  /** The subject's own folder for what it writes. */
  readonly folder: string;
  readonly contractFile: string;
  /** A JWK Set with the one public key. */
  readonly keysFile: string;
  readonly issuer: string;
  readonly audience: string;
  /** One line per request goes here. */
  readonly auditFile: string;
  readonly limitPerMinute: number;
  /** Set: callers come over TLS 1.3. */
  readonly tls: Tls | undefined;
}

/** Files in PEM. */
export interface Tls {
  readonly certificateFile: string;
  readonly keyFile: string;
  readonly authorityFile: string;
}

export function readPlace(file: string | undefined): Place {
  if (file === undefined) throw new TypeError("name the place file as the first argument");
  // Written by launch.ts from a Place, in the same run.
  return JSON.parse(readFileSync(file, "utf8")) as Place;
}
