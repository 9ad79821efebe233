/**
 * Field rules: what a policy says of single fields that the contract says too little of.
 *
 * Fields are named as the refusals name them: `/note` and `/items/*` + `/text` lead into the body, `query/q`, `header/x-note`,
 * `path/id` and `cookie/c` to parameters, and further into their values.
 */
import { readPointer } from "../../../../contract/json-pointer.ts";
import { type Kind, KINDS, type Leaf } from "../../../../contract/kinds/kind.ts";
import { checked, fields, mapOf, oneOf, optional, type Parameter, reason, type Shape } from "../../../../guard.ts";

/** Kinds that ask for no reason: they loosen nothing. */
const STRICT: ReadonlySet<Kind> = new Set<Kind>(["text", "short"]);

const fieldRule: Shape<Kind> = checked(
  fields({
    kind: optional(oneOf("What the field holds, where the contract does not say it.", KINDS)),
    mode: optional(oneOf("observe: what is found in this field is written down and not refused.", ["enforce", "observe"])),
    reason: optional(reason("Why this field may carry what others may not.")),
  }),
  ({ kind, mode, reason: written }) => {
    if (mode === "observe" && kind !== undefined && kind !== "code") return { wrong: "a field that is only watched has no other kind", allowed: "kind or mode" };
    const held = mode === "observe" ? "code" : (kind ?? "text");
    if (written === undefined && !STRICT.has(held)) return { wrong: "this looks at less, and says no reason", allowed: "a reason beside it" };
    return { value: held };
  },
);

export const fieldRules: Shape<ReadonlyMap<string, Kind>> = mapOf(
  "Single fields and what they hold: `/note` and `/items/*/text` in the body, `query/q`, `header/x-note`, `path/id`, `cookie/c`.",
  fieldRule,
);

/** Where a rule points: the body, or a parameter, and the steps into its value. */
export interface Pointed {
  readonly in: Parameter["in"] | "body";
  readonly name: string;
  readonly steps: readonly string[];
}

const PLACES: ReadonlySet<string> = new Set(["path", "query", "header", "cookie"]);

/** undefined where the text names no field. */
export function readFieldName(text: string): Pointed | undefined {
  if (text.startsWith("/")) {
    const steps = readPointer(text);
    return steps === undefined ? undefined : { in: "body", name: "", steps };
  }
  const [place = "", name = "", ...rest] = readPointer(`/${text}`) ?? [];
  return PLACES.has(place) && name !== "" ? { in: place as Parameter["in"], name, steps: rest } : undefined; // one of PLACES
}

/** The leaf with another kind at one place; undefined where there is no such place. `*` is every item and every other member. */
export function withKind(leaf: Leaf, steps: readonly string[], kind: Kind): Leaf | undefined {
  const [step, ...further] = steps;
  if (step === undefined) return { ...leaf, text: kind, idle: false };
  if (step === "*") {
    const items = leaf.items && withKind(leaf.items, further, kind);
    const rest = leaf.rest && withKind(leaf.rest, further, kind);
    return items === undefined && rest === undefined ? undefined : { ...leaf, items: items ?? leaf.items, rest: rest ?? leaf.rest, idle: false };
  }
  const member = leaf.members.get(step) ?? (leaf.freeNames ? leaf.rest : undefined);
  const changed = member && withKind(member, further, kind);
  return changed && { ...leaf, members: new Map([...leaf.members, [step, changed]]), idle: false };
}

