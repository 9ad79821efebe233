/**
 * Reading: what the readers of a contract share: the library, the misfits, and what was compiled or linted before.
 *
 * Components are used by many operations. Each is linted and compiled once, but its misfits are told again for every
 * operation that leans on it: an operation is down for what it uses, wherever that is written.
 */
import { isJsonObject, type JsonObject } from "./json-value.ts";
import type { Library, Spot } from "./library.ts";
import { type Fault, lint, nameValue } from "./lint.ts";
import type { Misfit } from "./misfit.ts";
import type { Dialect } from "./object-table.ts";
import { REFERENCES } from "./open-library.ts";
import type { Validator } from "./operation.ts";
import { compileSchema, type SchemaOptions } from "./schema/compile.ts";

export type Direction = SchemaOptions["direction"];

export interface Reading {
  readonly library: Library;
  readonly dialect: Dialect;
  readonly document: Node;
  readonly report: (misfit: Misfit) => void;
  readonly faults: (spot: Spot, kind: string) => readonly Fault[];
  /** @param merge of a JSON Merge Patch */
  readonly compile: (spot: Spot, direction: Direction, merge?: boolean) => Compiled;
}

export interface Compiled {
  readonly validator: Validator | undefined;
  readonly misfits: readonly Misfit[];
}

/** An object of the document and where it stands. */
export interface Node extends Spot {
  readonly value: JsonObject;
}

/** One operation being read: whatever is refused here takes it down, and nothing else. */
export interface Scope {
  readonly reading: Reading;
  readonly refuse: (spot: Spot, message: string, more?: Pick<Misfit, "allowed" | "unread">) => undefined;
  readonly warn: (spot: Spot, message: string, allowed?: string) => void;
  /** The schema at `spot`, compiled, or undefined after its misfits have been reported. */
  readonly compile: (spot: Spot, direction: Direction, merge?: boolean) => Validator | undefined;
}

export function openReading(library: Library, dialect: Dialect, document: Node, report: (misfit: Misfit) => void): Reading {
  const linted = new Map<string, readonly Fault[]>();
  const compiled = new Map<string, Compiled>();
  return {
    library,
    dialect,
    document,
    report,
    faults: (spot, kind) => remember(linted, `${kind} ${spot.file}#${spot.pointer}`, () => lint(spot, kind, { library, dialect, whole: false })),
    compile: (spot, direction, merge = false) =>
      remember(compiled, `${direction} ${merge} ${spot.file}#${spot.pointer}`, () => {
        const misfits: Misfit[] = [];
        const validator = compileSchema(spot, { library, dialect, direction, merge, report: (misfit) => void misfits.push(misfit) });
        return { validator, misfits };
      }),
  };
}

export function openScope(reading: Reading, operation: string): Scope {
  const { library, report } = reading;
  const tell = (level: Misfit["level"], spot: Spot, message: string, more: Pick<Misfit, "allowed" | "unread"> = {}): undefined => {
    report({ level, place: library.place(spot), message, operation, ...more });
  };
  return {
    reading,
    refuse: (spot, message, more) => tell("operation", spot, message, more),
    warn: (spot, message, allowed) => tell("warning", spot, message, allowed === undefined ? {} : { allowed }),
    compile(spot, direction, merge) {
      const { validator, misfits } = reading.compile(spot, direction, merge);
      for (const misfit of misfits) report({ ...misfit, operation });
      if (validator === undefined && !misfits.some(({ level }) => level !== "warning")) tell("operation", spot, "this schema cannot be used");
      return validator;
    },
  };
}

/**
 * The object at `spot`, references followed, linted where a reference led elsewhere. Undefined after the reason has been
 * reported. The caller has linted what stands inline.
 */
export function take(scope: Scope, spot: Spot, kind: string): Node | undefined {
  const { library } = scope.reading;
  let { file, pointer } = spot;
  let value = library.at(spot);
  let followed = 0;
  while (isJsonObject(value) && typeof value["$ref"] === "string") {
    const found = library.resolve(value["$ref"], { file, pointer });
    if ("wrong" in found || (followed += 1) > REFERENCES) {
      scope.refuse({ file, pointer }, "wrong" in found ? found.wrong : `this passes through more than ${REFERENCES} references`);
      return undefined;
    }
    ({ file, pointer, value } = found);
  }
  if (followed > 0) refuseFaults(scope, scope.reading.faults({ file, pointer }, kind));
  if (isJsonObject(value)) return { file, pointer, value };
  scope.refuse({ file, pointer }, `${nameValue(value ?? null)} stands here`, { allowed: "an object" });
  return undefined;
}

/** Says whether there were any. Faults in documentation are left to the walk over the whole document. */
export function refuseFaults(scope: Scope, faults: readonly Fault[]): boolean {
  const grave = faults.filter(({ documentation }) => !documentation);
  for (const { spot, message, allowed } of grave) scope.refuse(spot, message, allowed === undefined ? {} : { allowed });
  return grave.length > 0;
}

function remember<T>(memory: Map<string, T>, key: string, make: () => T): T {
  let value = memory.get(key);
  if (value === undefined) memory.set(key, (value = make()));
  return value;
}
