/**
 * Authority: host and port as they stand in the Host field and in `host=` of Forwarded (RFC 9110, section 7.2).
 *
 * Stricter than RFC 3986: names of letters, digits, `-`, `_` and dots, IPv4, IPv6 in brackets. Percent signs, user
 * names and delimiters are what makes two parsers see two hosts.
 */
import { canonicalAddress } from "./address.ts";
import { remember } from "./remember.ts";

const HOST_CHARACTERS_MAX = 255;

export interface Authority {
  /** Lower case; IPv6 canonical, in brackets. */
  readonly host: string;
  readonly port: number | undefined;
}

/** Reads `host`, `host:port`, `[v6]` or `[v6]:port`. */
export function readAuthority(text: string): Authority | undefined {
  const read = remembered(text);
  return read === "none" ? undefined : read;
}

const remembered = remember((text): Authority | "none" => read(text) ?? "none");

function read(text: string): Authority | undefined {
  // Linear: every alternative begins with another character, and no part can be read in two ways.
  const match = /^(?:\[([0-9A-Fa-f:.]{2,45})\]|([A-Za-z0-9_-][A-Za-z0-9._-]{0,254}))(?::([0-9]{1,5}))?$/.exec(text);
  if (match === null || text.length > HOST_CHARACTERS_MAX) return undefined;
  const [, six, name = "", digits] = match;
  const port = digits === undefined ? undefined : Number(digits);
  if (port !== undefined && port > 65_535) return undefined;
  const address = six?.includes(":") === true ? canonicalAddress(six) : undefined;
  if ((six !== undefined && address === undefined) || name.includes("..")) return undefined;
  return { host: address === undefined ? name.toLowerCase() : `[${address}]`, port };
}
