/**
 * Basic: reads a name and a password out of a request (RFC 7617).
 *
 * One Authorization field, one scheme, one space, one base64 in its canonical form, UTF-8 in it, and the first colon ends
 * the name. Whatever two readers could take for two different logins is malformed.
 */
import type { Operation } from "../contract/operation.ts";
import type { Request } from "../exchange/exchange.ts";
import { prepareName, preparePassword } from "./password/prepare.ts";

/** As it came: name and password in base64. Never to be written anywhere. */
export type PresentedLogin = { readonly token: string } | { readonly malformed: string };

export type Login = { readonly name: string; readonly password: string } | { readonly malformed: string };

export const TOKEN_CHARACTERS_MAX = 8_192;

/** undefined: no login was presented, but perhaps something else. */
export function readBasic({ fields }: Pick<Request, "fields">): PresentedLogin | undefined {
  const value = fields.one("authorization");
  if (value === undefined || !/^basic(?![^ ,])/i.test(value)) return undefined;
  if (fields.count("authorization") > 1) return { malformed: "several Authorization fields" };
  const token = value.slice(6);
  return value[5] === " " && token.length <= TOKEN_CHARACTERS_MAX && /^[A-Za-z0-9+/]+={0,2}$/.test(token) ? { token } : { malformed: "not `Basic`, one space and one base64" };
}

export function decodeLogin(token: string): Login {
  const bytes = Buffer.from(token, "base64");
  if (bytes.toString("base64") !== token) return { malformed: "not canonical base64" };
  const text = decode(bytes);
  if (text === undefined) return { malformed: "not UTF-8" };
  const colon = text.indexOf(":");
  if (colon === -1) return { malformed: "no colon" };
  const name = prepareName(text.slice(0, colon));
  const password = preparePassword(text.slice(colon + 1));
  return name === undefined || password === undefined ? { malformed: "no name or no password" } : { name, password };
}

/** A byte order mark is a character of the name like any other. */
const UTF8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

function decode(bytes: Uint8Array): string | undefined {
  try {
    return UTF8.decode(bytes);
  } catch {
    return undefined;
  }
}

/** Names of the security schemes of an operation that a login fulfils, each once. */
export function basicSchemes({ security = [] }: Operation): readonly string[] {
  const schemes = security.flat().map(({ scheme }) => scheme);
  return [...new Set(schemes.filter(({ type, http }) => type === "http" && http === "basic").map(({ name }) => name))];
}
