/**
 * JSON Patch: a list of operations, each well-formed, at a place that the contract has, with a value that may stand there
 * (RFC 6902).
 *
 * A patch is a way around a schema that looks at whole values: it reaches any place by name. So the place is looked up in the
 * schema of what is patched, what the caller may not set is not his to patch, and what has to be there is not removed.
 * Values that are moved or copied cannot be seen; they may go where the same schema stands and nowhere else.
 */
import { readPointer } from "../../json-pointer.ts";
import { isJsonObject, type Json, type JsonObject } from "../../json-value.ts";
import { FREE_LEAF } from "../../kinds/kind.ts";
import type { Finding, Validator } from "../../operation.ts";
import type { Known, Place } from "./patch-places.ts";

/** Members that each operation has, beside `op` and `path`. */
const OPERATIONS: ReadonlyMap<Json | undefined, readonly string[]> = new Map<Json | undefined, readonly string[]>([
  ["add", ["value"]], ["remove", []], ["replace", ["value"]], ["move", ["from"]], ["copy", ["from"]], ["test", ["value"]],
]);

/** Findings of one patch. */
const FINDINGS_MAX = 20;
/** Schemas that are looked at for one path: alternatives of alternatives grow exponentially. */
const PLACES_VISITED_MAX = 1_000;

/** @param target what is patched; undefined: nobody knows, and only the form is judged */
export function jsonPatchValidator(target: Place | undefined): Validator {
  const explain = (value: Json): readonly Finding[] => {
    if (!Array.isArray(value)) return [{ pointer: "", keyword: "type", message: "must be a list of operations" }];
    const findings: Finding[] = [];
    for (const [index, operation] of (value as readonly Json[]).entries()) { // isArray forgets readonly
      const wrong = judgeForm(operation) ?? (target === undefined || !isJsonObject(operation) ? undefined : judgeTarget(operation, target));
      if (wrong !== undefined) findings.push({ ...wrong, pointer: `/${index}${wrong.pointer}` });
      if (findings.length === FINDINGS_MAX) break;
    }
    return findings;
  };
  return { check: (value) => explain(value).length === 0, explain, open: false, leaf: FREE_LEAF };
}

function judgeForm(operation: Json): Finding | undefined {
  if (!isJsonObject(operation)) return { pointer: "", keyword: "type", message: "must be an operation" };
  const members = OPERATIONS.get(operation["op"]);
  if (members === undefined) return { pointer: "/op", keyword: "enum", message: "must be one of the six operations" };
  const missing = ["path", ...members].find((name) => !Object.hasOwn(operation, name));
  if (missing !== undefined) return { pointer: "", keyword: "required", message: `must have the member "${missing}"` };
  if (Object.keys(operation).some((name) => name !== "op" && name !== "path" && !members.includes(name))) return { pointer: "", keyword: "additionalProperties", message: "must have no other members" };
  for (const name of ["path", "from"]) {
    const pointer = operation[name];
    if (pointer !== undefined && (typeof pointer !== "string" || readPointer(pointer) === undefined)) return { pointer: `/${name}`, keyword: "format", message: "must be a JSON Pointer" };
  }
  const { op, path, from } = operation;
  if (op === "move" && path !== from && `${textOf(path)}/`.startsWith(`${textOf(from)}/`)) return { pointer: "/path", keyword: "move", message: "must not lead into what is moved" };
  return undefined;
}

function judgeTarget(operation: JsonObject, target: Place): Finding | undefined {
  const { op, value = null } = operation;
  const path = readPath(operation["path"]);
  const at = placesAt(target, path, op === "add" || op === "move" || op === "copy");
  if (at === undefined) return { pointer: "/path", keyword: "path", message: "must lead to a place that the contract has" };
  if (op !== "test" && at.readOnly) return { pointer: "/path", keyword: "readOnly", message: "must not lead to what is read-only" };
  if (op === "remove" || op === "move") {
    const away = op === "remove" ? at : placesAt(target, readPath(operation["from"]), false);
    if (away === undefined) return { pointer: "/from", keyword: "path", message: "must lead to a place that the contract has" };
    if (away.required || away.readOnly) return { pointer: op === "remove" ? "/path" : "/from", keyword: "required", message: "must not take away what has to be there" };
  }
  if (op === "move" || op === "copy") {
    const from = placesAt(target, readPath(operation["from"]), false);
    const same = from !== undefined && from.places.length === at.places.length && from.places.every((place, index) => place === at.places[index]);
    return same ? undefined : { pointer: "/from", keyword: "path", message: "must lead to a place of the same kind" };
  }
  if (op === "remove" || at.fits(value)) return undefined;
  const [finding] = at.explain(value);
  return { pointer: `/value${finding?.pointer ?? ""}`, keyword: finding?.keyword ?? "schema", message: finding?.message ?? "does not fit its schema" };
}

function readPath(pointer: Json | undefined): readonly string[] {
  return readPointer(textOf(pointer)) ?? [];
}

/** Of members that have been found to be texts. */
function textOf(value: Json | undefined): string {
  return typeof value === "string" ? value : "";
}

interface Found {
  /** Schemas of the value at the place, in the order in which they are found. */
  readonly places: readonly Place[];
  readonly readOnly: boolean;
  readonly required: boolean;
  readonly fits: (value: Json) => boolean;
  readonly explain: (value: Json) => readonly Finding[];
}

interface Visit {
  left: number;
}

/** What stands at a path; undefined where the contract has nothing there. @param adds `-` may stand for the end of a list */
function placesAt(target: Place, path: readonly string[], adds: boolean): Found | undefined {
  return visit(target, path, 0, adds, { left: PLACES_VISITED_MAX });
}

const ANYTHING: Found = { places: ["open"], readOnly: false, required: false, fits: () => true, explain: () => [] };

function visit(place: Place, path: readonly string[], at: number, adds: boolean, steps: Visit): Found | undefined {
  if (place === "shut" || --steps.left < 0) return undefined;
  if (place === "open") return ANYTHING;
  const name = path[at];
  if (name === undefined) {
    const { validator, readOnly } = place;
    return { places: [place], readOnly, required: at === 0, fits: validator.check, explain: validator.explain };
  }
  const isLast = at === path.length - 1;
  const found = either([memberOf(place, name), itemOf(place, name, adds && isLast)].map((one) => visit(one, path, at + 1, adds, steps)));
  const others = [...place.all.map((one) => visit(one, path, at, adds, steps)), ...place.some.map((list) => either(list.map((one) => visit(one, path, at, adds, steps))))];
  if (found === undefined || others.includes(undefined)) return undefined;
  const isRequired = isLast && place.required.has(name);
  return [found, ...others].reduce<Found>((sum, one) => (one === undefined ? sum : join(sum, one)), { ...ANYTHING, places: [], readOnly: place.readOnly, required: isRequired });
}

/** An object has members and a list has items: where the schema leaves open which it is, either will do. */
function memberOf({ types, members, rest }: Known, name: string): Place {
  return types === undefined || types.has("object") ? (members.get(name) ?? rest) : "shut";
}

function itemOf({ types, members, prefix, items }: Known, name: string, adds: boolean): Place {
  const isIndex = /^(?:0|[1-9][0-9]{0,8})$/.test(name) || (name === "-" && adds);
  // Members are declared, and no type: it is an object that is meant.
  const isList = types === undefined ? members.size === 0 : types.has("array");
  return isIndex && isList ? (prefix[Number(name)] ?? items) : "shut";
}

function join(one: Found, other: Found): Found {
  return {
    places: [...one.places, ...other.places],
    readOnly: one.readOnly || other.readOnly,
    required: one.required || other.required,
    fits: (value) => one.fits(value) && other.fits(value),
    explain: (value) => (one.fits(value) ? other.explain(value) : one.explain(value)),
  };
}

/** Where alternatives are, one that has the place is enough. */
function either(list: readonly (Found | undefined)[]): Found | undefined {
  const found = list.filter((one) => one !== undefined);
  const [first] = found;
  if (first === undefined || found.length === 1) return first;
  return {
    places: found.flatMap(({ places }) => places),
    readOnly: found.some(({ readOnly }) => readOnly),
    required: found.every(({ required }) => required),
    fits: (value) => found.some((one) => one.fits(value)),
    explain: first.explain,
  };
}
