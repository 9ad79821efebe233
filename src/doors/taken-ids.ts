/**
 * Taken ids: where in its requests an operation takes the names of objects: of which somebody has to say whose they are.
 *
 * A path names objects by itself; elsewhere an id is known by the name that it has. So this is for telling an operator what to
 * look at, and decides nothing.
 */
import type { Operation } from "../contract/operation.ts";
import { type MemberPath, writeMemberPath } from "../contract/member-path.ts";
import { mayBe, type Sketch } from "../contract/sketch/sketch.ts";

/** Names that look like an id: `id`, `orderId`, `order_ids`. */
const ID = /(?:^i|^I|[a-z0-9]I|[_-]i|[_-]I)[dD]s?$/;
/** Places of one body that are looked through. */
const PLACES_MAX = 500;
const STEPS_MAX = 8;

/** `path.orderId`, `query.userId`, `body.items[*].accountId`: as rules and lookups name them. */
export function takenIds({ pathNames, parameters, body }: Operation): readonly string[] {
  const asked = parameters.filter((parameter) => parameter.in === "query" && ID.test(parameter.name));
  const inBody = new Set<string>();
  for (const { validator, items } of body?.media ?? []) {
    const sketch = validator?.sketch ?? items?.validator?.sketch;
    if (sketch !== undefined) collect(sketch, inBody);
  }
  return [...pathNames.map((name) => `path.${name}`), ...asked.map(({ name }) => `query.${name}`), ...[...inBody].map((path) => (path.startsWith("[") ? `body${path}` : `body.${path}`))];
}

/** Each place once: a schema that holds itself names the same ids again and again. */
function collect(top: Sketch, found: Set<string>): void {
  const seen = new Set<string>();
  const waiting: { readonly sketch: Sketch; readonly path: MemberPath }[] = [{ sketch: top, path: [] }];
  for (let one = waiting.shift(); one !== undefined && seen.size < PLACES_MAX; one = waiting.shift()) {
    const { sketch, path } = one;
    if (seen.has(sketch.key) || path.length >= STEPS_MAX) continue;
    seen.add(sketch.key);
    for (const name of sketch.names) {
      const member = sketch.member(name);
      if (member === undefined || member.notes("readOnly").some(({ value }) => value === true)) continue;
      const at: MemberPath = [...path, { kind: "name", name }];
      if (ID.test(name) && holdsIds(member)) found.add(writeMemberPath(member.items === undefined || !mayBe(member, "array") ? at : [...at, { kind: "item" }]));
      waiting.push({ sketch: member, path: at });
    }
    if (sketch.items !== undefined) waiting.push({ sketch: sketch.items, path: [...path, { kind: "item" }] });
    if (sketch.others !== undefined) waiting.push({ sketch: sketch.others.sketch, path: [...path, { kind: "member" }] });
  }
}

/** A text or a whole number, or a list of them. */
function holdsIds(sketch: Sketch): boolean {
  return mayBe(sketch, "string", "integer") || (sketch.items !== undefined && mayBe(sketch.items, "string", "integer"));
}
