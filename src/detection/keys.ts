/** Keys: names of members that change what a program does, wherever they come from. */

/**
 * Operators of query languages begin with a dollar sign: `{"password": {"$ne": ""}}` asks for every password but the empty one.
 * A few names of JSON Schema and of typed JSON begin so, too, and ask nothing.
 */
const HARMLESS_OPERATORS: ReadonlySet<string> = new Set(["$schema", "$id", "$ref", "$defs", "$comment", "$anchor", "$vocabulary", "$dynamicRef", "$dynamicAnchor", "$type"]);

/** Through these a copied object reaches what all objects of a JavaScript program inherit. */
const PROTOTYPES: ReadonlySet<string> = new Set(["__proto__", "__definegetter__", "__definesetter__", "__lookupgetter__", "__lookupsetter__"]);

/** The rule that a name of a member breaks. `value` is what stands under it. */
export function judgeKey(name: string, value: unknown): string | undefined {
  const first = name.charCodeAt(0);
  if (first === 0x24) return name.length > 1 && !HARMLESS_OPERATORS.has(name) ? "key-operator" : undefined;
  if (first === 0x5f) return PROTOTYPES.has(name.toLowerCase()) ? "key-prototype" : undefined;
  // Building firms have constructors, too: only what leads further is refused.
  const leads = (name === "constructor" || name === "prototype") && typeof value === "object" && value !== null;
  return leads && !Array.isArray(value) ? "key-prototype" : undefined;
}
