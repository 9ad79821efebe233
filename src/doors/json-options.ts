/**
 * Json options: how large and how exact a body may be, as a policy says it, for requests and for answers. What is no JSON
 * text has the same bounds where it has the same parts.
 */
import { JSON_BOUNDS } from "../contract/json.ts";
import { DECODE_BOUNDS, type DecodeBounds } from "../contract/media/decode.ts";
import { DEPTH_LEVELS_MAX } from "../contract/json-scan.ts";
import { count, fields, isJsonObject, oneOf, or, type Shape, type Site, size } from "../guard.ts";
import { misread } from "../policy/shape.ts";

export interface JsonOptions {
  readonly depth: number;
  readonly values: number;
  readonly members: number;
  readonly texts: number;
  readonly numbers: "exact" | "rounded";
  readonly controls: "refused" | "taken";
  readonly parts: number;
  readonly part: number;
}

/** Of requests; what the API says may hold what it has logged. */
export const CONTROLS: Shape<"refused" | "taken"> = oneOf("Whether texts may hold characters that only control something: NUL, escape, backspace and their kin, but tabs and line breaks.", ["refused", "taken"]);

export const jsonOptions: { readonly [K in keyof JsonOptions]: Shape<JsonOptions[K]> } = {
  depth: or(count("Levels of arrays and objects within each other.", { min: 1, max: DEPTH_LEVELS_MAX }), JSON_BOUNDS.depth),
  values: or(count("Values in one JSON text, arrays and objects among them.", { min: 1, max: 10_000_000 }), JSON_BOUNDS.values),
  members: or(count("Members of one object.", { min: 1, max: 1_000_000 }), JSON_BOUNDS.members),
  texts: or(size("Bytes of one string or name.", { min: "1B", max: "1GiB" }), "1MiB"),
  numbers: or(oneOf("Whether integers that a double cannot hold are refused, and so are numbers of format `decimal`, or compared as if rounded.", ["exact", "rounded"]), "exact"),
  controls: or(CONTROLS, "refused"),
  parts: or(count("Parts of a multipart body.", { min: 1, max: 10_000 }), DECODE_BOUNDS.parts),
  part: or(size("Bytes of one part.", { min: "1B", max: "1GiB" }), "1GiB"),
};

const known = new Map<string, DecodeBounds>();

/** The same options give the same object: a body that was held to it need not be read again. */
export function jsonBounds({ depth, values, members, texts, numbers, controls, parts, part }: JsonOptions): DecodeBounds {
  const key = [depth, values, members, texts, numbers, controls, parts, part].join(" ");
  let bounds = known.get(key);
  if (bounds === undefined) known.set(key, (bounds = { depth, values, members, stringBytes: texts, preciseNumbers: numbers === "exact", uniqueNames: true, controls: controls === "taken", prototypeNames: false, parts, partBytes: part }));
  return bounds;
}

const alone: Shape<JsonOptions> = fields(jsonOptions);

/** As the guard of this name reads bodies here; as it would by default, where it does not stand. What is wrong is told where it is posted. */
export function jsonBoundsOf({ optionsOf }: Pick<Site, "optionsOf">, guard: string): DecodeBounds {
  const quiet = { pointer: "", report: () => undefined };
  for (const written of [...(optionsOf?.(guard) ?? []), {}]) {
    const own = isJsonObject(written) ? Object.fromEntries(Object.entries(written).filter(([name]) => Object.hasOwn(jsonOptions, name))) : written;
    const read = alone.read(own, quiet);
    if (read !== misread) return jsonBounds(read);
  }
  return DECODE_BOUNDS;
}
