/**
 * Read: a policy file becomes a Policy, or a list of misfits with places.
 *
 * The file is opened as the contract's files are, so that messages of both point at lines in the same way.
 */
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import path from "node:path";
import type { Library } from "../contract/library.ts";
import type { Misfit } from "../contract/misfit.ts";
import { openLibrary } from "../contract/open-library.ts";
import { type Policy, settingsShape } from "./policy.ts";
import { misread } from "./shape.ts";

export interface PolicyReading {
  readonly policy: Policy | undefined;
  readonly misfits: readonly Misfit[];
  /** A place in the policy file, for misfits that are found later. */
  readonly complain: (pointer: string, message: string, allowed?: string) => Misfit;
}

export function readPolicy(file: string): PolicyReading {
  const absolute = path.resolve(file);
  const library = openLibrary(absolute);
  const complain = (pointer: string, message: string, allowed?: string): Misfit => ({
    level: "error",
    place: "wrong" in library ? { file: absolute, pointer } : placeOf(library, absolute, pointer),
    message,
    ...(allowed === undefined ? {} : { allowed }),
  });
  if ("wrong" in library) return { policy: undefined, misfits: library.wrong, complain };

  const misfits: Misfit[] = [];
  const written = library.at({ file: absolute, pointer: "" }) ?? null;
  const settings = settingsShape.read(written, {
    pointer: "",
    report: (pointer, message, allowed) => void misfits.push(complain(pointer, message, allowed)),
  });
  if (settings === misread || misfits.length > 0) return { policy: undefined, misfits, complain };
  const version = createHash("sha256").update(readFileSync(absolute)).digest("hex").slice(0, 16);
  return { policy: { file: absolute, folder: path.dirname(absolute), version, settings, written }, misfits, complain };
}

/** The place itself, or of the nearest thing around it that is written down (a missing option has no line). */
function placeOf(library: Library, file: string, pointer: string): Misfit["place"] {
  for (let at = pointer; ; at = at.slice(0, at.lastIndexOf("/"))) {
    if (at === "" || library.at({ file, pointer: at }) !== undefined) return { ...library.place({ file, pointer: at }), pointer };
  }
}
