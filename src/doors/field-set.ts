/**
 * Field set: names of header fields that belong together, some whole, some by how they begin.
 *
 * CGI, WSGI and their heirs make one variable of `x-user` and `x_user`, so the underscore counts as a hyphen here:
 * otherwise a caller could say with the one what is taken from the other.
 */
import type { Fields } from "../exchange/fields.ts";
import { remember } from "../exchange/remember.ts";

export type FieldSet = (name: string) => boolean;

/** @param patterns names in lower case; a trailing `*` stands for any rest, the empty one too */
export function fieldSet(patterns: readonly string[]): FieldSet {
  const whole = new Set(patterns.filter((pattern) => !pattern.endsWith("*")));
  const beginnings = patterns.filter((pattern) => pattern.endsWith("*")).map((pattern) => pattern.slice(0, -1));
  return remember((name) => {
    const plain = name.includes("_") ? name.replaceAll("_", "-") : name;
    return whole.has(plain) || beginnings.some((beginning) => plain.startsWith(beginning));
  });
}

/** Fields that are about one connection (RFC 9110, section 7.6.1); framing is left to the wire, which writes its own. */
export const HOP_BY_HOP: readonly string[] = ["connection", "keep-alive", "proxy-*", "te", "trailer", "upgrade", "http2-settings"];

/** Never removed on the word of Connection: it would take the type from a body that was checked as that type. */
const END_TO_END: ReadonlySet<string> = new Set(["host", "content-type", "content-length", "content-encoding", "transfer-encoding", "cache-control", "authorization", "cookie", "set-cookie"]);

/** Names that the Connection field of these nominates: they, too, end at this hop. */
export function nominated(fields: Fields): ReadonlySet<string> {
  const value = fields.one("connection");
  if (value === undefined) return NOBODY;
  return fields.count("connection") === 1 ? nominatedBy(value) : new Set(fields.all("connection").flatMap((line) => [...nominatedBy(line)]));
}

const NOBODY: ReadonlySet<string> = new Set();

/** As one line of it says. */
export const nominatedBy: (line: string) => ReadonlySet<string> = remember((value): ReadonlySet<string> => {
  const names = value.split(",").map((name) => name.trim().toLowerCase());
  return new Set(names.filter((name) => name !== "" && !END_TO_END.has(name)));
});
