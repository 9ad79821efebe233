/** Forbid storing: an answer that was made for one caller stays out of every store that others can reach. */
import type { WritableFields } from "../exchange/fields.ts";

/** Leaves `no-store` and `private` as the API said them; everything else becomes `no-store` (RFC 9111, section 5.2.2). */
export function forbidStoring(fields: WritableFields): void {
  const first = fields.one("cache-control");
  if (first === undefined) return fields.append("cache-control", "no-store");
  // Said already, by the API or by a guard before.
  if (first === "no-store" && fields.count("cache-control") === 1) return;
  const said = fields.all("cache-control");
  const directives = new Set(said.flatMap((value) => value.toLowerCase().split(",")).map((directive) => directive.trim()));
  // `private="x"` keeps back one field only (RFC 9111, section 5.2.2.7): the bare word is meant here.
  const kept = directives.has("no-store") || (directives.has("private") && !directives.has("public"));
  if (!kept) fields.set("cache-control", "no-store");
}
