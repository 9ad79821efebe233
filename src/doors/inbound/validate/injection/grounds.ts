/**
 * Grounds: what of a request is looked at, apart from its body, worked out for one operation.
 *
 * What the contract declares is looked at as what it declares. Of the rest of the head, which every client fills and the API
 * gets all the same, texts are looked at that some program behind may write down, search with or run; fields whose
 * grammar leaves no room, and credentials, are not.
 */
import type { Leaf } from "../../../../contract/kinds/kind.ts";
import { FREE_LEAF, leafOf } from "../../../../contract/kinds/kind.ts";
import { decodeSegment, decodeValue } from "../../../../contract/target.ts";
import type { Fields, Inspected, Operation } from "../../../../guard.ts";
import type { Ground, Search } from "./search.ts";

/** Fields of the head that other guards hold to their grammar, or that are not for the API. */
const SETTLED: ReadonlySet<string> = new Set([
  "host", "connection", "content-length", "content-type", "content-encoding", "transfer-encoding", "expect", "upgrade", "te", "trailer", "keep-alive", "proxy-connection",
  "accept", "accept-encoding", "accept-language", "accept-charset", "authorization", "proxy-authorization", "date", "range", "if-range", "if-match", "if-none-match",
  "if-modified-since", "if-unmodified-since", "cache-control", "pragma", "max-forwards", "origin", "dnt", "upgrade-insecure-requests", "sec-fetch-site", "sec-fetch-mode",
  "sec-fetch-dest", "sec-fetch-user", "sec-ch-ua", "sec-ch-ua-mobile", "sec-ch-ua-platform", "sec-websocket-key", "sec-websocket-version", "traceparent", "priority",
]);

/** Fields that are named to the caller; a name that is none of these may be the caller's own words. */
const KNOWN: ReadonlySet<string> = new Set(["user-agent", "referer", "cookie", "from", "x-forwarded-for", "forwarded", "link", "via", "tracestate", "x-requested-with"]);

/** Looks at one part of a request. */
export type Looker = (exchange: Inspected, search: Search) => void;

const TEXT: Leaf = leafOf("text");
const FILENAME: Leaf = leafOf("filename");
/** Fields with which clients name what they upload; CGI makes one variable of all of these spellings. */
const NAMING: ReadonlySet<string> = new Set(["x-filename", "x-file-name", "x_filename", "x_file_name", "x.filename", "x.file.name", "x-file_name"]);

/** @param leaves per parameter, in the order of the operation */
export function lookersOf(operation: Operation, leaves: readonly Leaf[]): readonly Looker[] {
  const declared = new Set(operation.parameters.filter((one) => one.in === "header").map(({ name }) => name.toLowerCase()));
  const busy = operation.parameters.flatMap(({ in: place, name }, index) => {
    const leaf = leaves[index] ?? FREE_LEAF;
    return leaf.idle ? [] : [{ ground: { in: place, name } satisfies Ground, leaf, index }];
  });
  const parameters: Looker = ({ values }, search) => {
    for (const { ground, leaf, index } of busy) {
      const value = values[index];
      if (value !== undefined) search.value(value, leaf, ground);
    }
  };
  const fields: Looker = ({ request }, search) => lookAtFields(request.fields.list, declared, search);
  if (operation.listed === "unlisted") return [lookAtTarget, fields];
  const ways = busy.some(({ ground }) => ground.in === "path") ? [lookAtPath] : [];
  return busy.length === 0 ? [fields] : [parameters, ...ways, fields];
}

/**
 * Whether the id of a session in this part of the request comes from elsewhere: in a query or a form, and not from a page of this
 * host. Who leads others to a link with the id of a session of his own waits for them to log in with it (CWE-384).
 */
export function comesFromElsewhere(fields: Fields, place: Ground["in"]): boolean {
  if (place !== "query" && !(place === "body" && isForm(fields.one("content-type") ?? ""))) return false;
  const referer = fields.one("referer");
  if (referer === undefined) return true;
  return URL.canParse(referer) && new URL(referer).host !== fields.one("host")?.toLowerCase();
}

function isForm(type: string): boolean {
  const lower = type.toLowerCase();
  return lower.startsWith("application/x-www-form-urlencoded") || lower.startsWith("multipart/form-data");
}

function lookAtFields(list: readonly string[], declared: ReadonlySet<string>, search: Search): void {
  for (let at = 0; at + 1 < list.length; at += 2) {
    const name = list[at] ?? "";
    if (SETTLED.has(name) || declared.has(name)) continue;
    const value = list[at + 1] ?? "";
    if (name === "cookie") lookAtCookies(value, search);
    search.value(value, NAMING.has(name) ? FILENAME : TEXT, KNOWN.has(name) ? { in: "header", name } : { in: "header" });
  }
}

/** Each by itself: a value may be encoded, and a name is the caller's as well. */
function lookAtCookies(text: string, search: Search): void {
  for (const pair of text.split("; ")) {
    const equals = pair.indexOf("=");
    search.value(pair.slice(equals + 1), TEXT, COOKIE);
    search.value(pair.slice(0, Math.max(0, equals)), TEXT, COOKIE);
  }
}

const COOKIE: Ground = { in: "header", name: "cookie" };

/**
 * Segments say little one by one: `/etc` and `passwd` are a path only together. Files and folders that are hidden by the dot
 * before their name are for nobody, but for the one that RFC 8615 makes known.
 */
function lookAtPath({ request: { path } }: Inspected, search: Search): void {
  const decoded = path.split("/").map((segment) => decodeSegment(segment) ?? segment);
  search.value(decoded.join("/"), TEXT, { in: "path" });
  if (decoded.some((segment) => /^\.[A-Za-z]/.test(segment) && segment !== ".well-known")) search.note("path-hidden", { in: "path" });
}

/** Of what no contract describes everything is text: the path, each name, each value. */
function lookAtTarget(exchange: Inspected, search: Search): void {
  const { query } = exchange.request;
  lookAtPath(exchange, search);
  for (const [name, value] of query) {
    const text = decodeValue(value) ?? value;
    search.name(name, { in: "query" }, text);
    search.value(text, TEXT, { in: "query" });
  }
}
