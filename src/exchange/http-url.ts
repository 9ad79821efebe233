/**
 * HTTP URL: one address in one spelling, so that two of them can be compared (RFC 3986, section 6.2; RFC 9110, section 4.2.3).
 *
 * Read by the same rules as a request: what a target must not hold, an address that is compared with one must not either.
 */
import { readTarget } from "../contract/target.ts";
import { readAuthority } from "./authority.ts";

/** Scheme, authority and canonical path, without query and fragment; undefined: no http address that can be read. */
export function canonicalUrl(text: string): string | undefined {
  // Linear: each part ends where a character comes that it cannot hold.
  const [, given = "", host = "", path = ""] = /^(https?):\/\/([^/?#]*)([^?#]*)/i.exec(text) ?? [];
  const scheme = given.toLowerCase();
  const authority = readAuthority(host);
  const target = readTarget(path === "" ? "/" : path);
  if (scheme === "" || authority === undefined || "wrong" in target) return undefined;
  const port = authority.port === undefined || authority.port === (scheme === "https" ? 443 : 80) ? "" : `:${authority.port}`;
  return `${scheme}://${authority.host}${port}${target.path}`;
}
