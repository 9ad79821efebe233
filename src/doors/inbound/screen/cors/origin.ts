/** Origin: origins as browsers write them, and the other texts of a CORS policy. */
import { readAuthority } from "../../../../exchange/authority.ts";
import { checked, type Shape, text } from "../../../../guard.ts";

const DEFAULT_PORTS: ReadonlyMap<string, number> = new Map([["http", 80], ["https", 443]]);

/** `*`, or an origin in its one form (RFC 6454, section 6.2): browsers send no path, no upper case, no default port. */
export const originText: Shape<string> = checked(text("An origin.", { example: "https://app.example" }), (written) => {
  if (written === "*") return { value: written };
  if (written === "null") return { wrong: '"null" is the origin of every sandboxed frame', allowed: "an origin such as https://app.example" };
  const canonical = canonicalOrigin(written);
  if (canonical === undefined) return { wrong: "not an origin", allowed: "scheme://host or scheme://host:port" };
  return canonical === written ? { value: written } : { wrong: "not as a browser writes it", allowed: canonical };
});

function canonicalOrigin(written: string): string | undefined {
  // Linear: two classes of characters, the first of which ends at the colon.
  const match = /^([A-Za-z][A-Za-z0-9+.-]{0,30}):\/\/([^/]+)\/?$/.exec(written);
  const authority = readAuthority(match?.[2] ?? "");
  if (match === null || authority === undefined) return undefined;
  const scheme = match[1]?.toLowerCase() ?? "";
  const { host, port } = authority;
  return `${scheme}://${host}${port === undefined || port === DEFAULT_PORTS.get(scheme) ? "" : `:${port}`}`;
}

/** Whether a page came from the very host that it calls. Then no other site has a part in it. */
export function isSameOrigin(origin: string, host: string | undefined, secure: boolean): boolean {
  return host !== undefined && readAuthority(host) !== undefined && origin === canonicalOrigin(`${secure ? "https" : "http"}://${host}`);
}

/** A method as it stands on the wire. Browsers never send the forbidden ones. */
export const methodName: Shape<string> = checked(text("A method.", { max: 32, example: "GET" }), (written) =>
  /^[A-Z]+$/.test(written) && !["CONNECT", "TRACE", "TRACK"].includes(written) ? { value: written } : { wrong: "not a method that a page can use", allowed: "upper case, such as GET or POST" },
);

/** A field name, compared without regard to case; `*` is not one, since it leaves out Authorization. */
export const headerName: Shape<string> = checked(text("A field name.", { max: 100, example: "content-type" }), (written) =>
  /^[A-Za-z0-9-]+$/.test(written) ? { value: written.toLowerCase() } : { wrong: "not a field name", allowed: "letters, digits and -" },
);
