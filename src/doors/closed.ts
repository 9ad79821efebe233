/**
 * Closed: whether content lets through only members that the contract names.
 *
 * At the top it is tried: a member that nobody declared must be found. Below, the schemas' own word counts: an object whose
 * schemas nowhere say `false` about further members is open. Where alternatives apply, one that says so is enough.
 */
import type { Json } from "../contract/json-value.ts";
import type { Validator } from "../contract/operation.ts";
import { mayBe, type Sketch } from "../contract/sketch/sketch.ts";

/** A name that no contract has, and values of each kind: some schema may take one of them. */
const PROBE = "sallyport-probe";
const PROBES: readonly Json[] = [null, true, 1, "a", [], {}];
const PLACES_MAX = 200;

const known = new WeakMap<Validator, boolean>();

export function isClosed(validator: Validator): boolean {
  let closed = known.get(validator);
  if (closed === undefined) {
    closed = work(validator);
    known.set(validator, closed);
  }
  return closed;
}

function work(validator: Validator): boolean {
  const { sketch } = validator;
  if (sketch === undefined || validator.open) return false;
  const top = topObject(sketch);
  if (!mayBe(top, "object")) return holdsBelow(top);
  const listed = top !== sketch;
  const pointer = listed ? `/0/${PROBE}` : `/${PROBE}`;
  const finds = (value: Json): boolean => validator.explain(listed ? [{ [PROBE]: value }] : { [PROBE]: value }).some((finding) => finding.pointer === pointer);
  return (PROBES.every(finds) || saysClosed(top) || isDictionary(top)) && holdsBelow(top);
}

function topObject(sketch: Sketch): Sketch {
  return mayBe(sketch, "array") && sketch.items !== undefined ? sketch.items : sketch;
}

function saysClosed(sketch: Sketch): boolean {
  const words = [...sketch.notes("additionalProperties"), ...sketch.notes("unevaluatedProperties")];
  return words.length > 0 && words.every(({ value }) => value === false);
}

/** Names are values there, and each of them has the same schema. Beside members with a meaning that would be an open door. */
function isDictionary({ names, others }: Sketch): boolean {
  return names.length === 0 && others !== undefined;
}

/** All objects inside, each once. */
function holdsBelow(top: Sketch): boolean {
  const seen = new Set<string>([top.key]);
  const waiting = inside(top);
  for (let one = waiting.pop(); one !== undefined; one = waiting.pop()) {
    if (seen.has(one.key)) continue;
    seen.add(one.key);
    if (seen.size > PLACES_MAX) return false;
    if (one.types?.has("object") === true && !saysClosed(one) && !isDictionary(one)) return false;
    waiting.push(...inside(one));
  }
  return true;
}

function inside(sketch: Sketch): Sketch[] {
  const members = sketch.names.flatMap((name) => sketch.member(name) ?? []);
  return [...members, ...(sketch.items === undefined ? [] : [sketch.items]), ...(sketch.others === undefined ? [] : [sketch.others.sketch])];
}
