/**
 * Told pointer: the way to what is wrong with a message, as far as it may be told.
 *
 * A pointer (RFC 6901) leads to the member itself where all names on the way may be told, else to the object that holds the
 * first one that may not: of that name no more than its length is said, so that whoever sent it finds it again and nobody else learns it.
 */
import { join, readPointer } from "../contract/json-pointer.ts";
import { isTold } from "../contract/told-names.ts";
import type { Finding } from "../contract/operation.ts";

/** Characters of a told pointer. */
export const POINTER_CHARACTERS_MAX = 256;

/** A name up to here is told apart by its length. */
export const LENGTH_TOLD_MAX = 64;

export interface ToldPointer {
  readonly pointer: string;
  /** What is said of the name before which it ends. */
  readonly untold: string | undefined;
}

export function tellPointer(pointer: string): ToldPointer {
  let told = "";
  // Whoever bounded it may have cut an escape in two.
  for (const step of readPointer(pointer.replace(/~$/, "")) ?? []) {
    const further = join(told, step);
    if (!isTold(step) || further.length > POINTER_CHARACTERS_MAX) return { pointer: told, untold: step.length > LENGTH_TOLD_MAX ? "a long name" : `a name of ${step.length} characters` };
    told = further;
  }
  return { pointer: told, untold: undefined };
}

/** A finding with what may be told of its place. */
export function tellFinding({ pointer, message }: Pick<Finding, "pointer" | "message">): Pick<Finding, "pointer" | "message"> {
  const told = tellPointer(pointer);
  return { pointer: told.pointer, message: told.untold === undefined ? message : `a member with ${told.untold}: ${message}` };
}
