/**
 * Misfit: a mistake of the operator in the contract or in the policy.
 *
 * All of them are collected at start-up and shown together, each with its place, what was found and what is
 * allowed. A misfit is never thrown and never met while a request is in flight: by then everything is understood.
 */

/** Where something is written. `line` and `column` count from 1; `pointer` is a JSON Pointer (RFC 6901). */
export interface Place {
  readonly file: string;
  readonly pointer: string;
  readonly line?: number;
  readonly column?: number;
}

export interface Misfit {
  /** `error`: nothing starts. `operation`: only this operation is refused. `warning`: said, and nothing more. */
  readonly level: "error" | "operation" | "warning";
  readonly place: Place;
  /** One sentence: what is wrong. Never the value of a secret. */
  readonly message: string;
  /** What would be right, where it can be named. */
  readonly allowed?: string;
  /** The operation that it belongs to, where there is one. */
  readonly operation?: string;
  /** The content of these messages is constrained in a way that cannot be checked: a waived check lifts the misfit. */
  readonly unread?: "request" | "answer";
}

export type Report = (misfit: Misfit) => void;

/** Sorts by file, then line, then pointer, so that the list reads like the file. */
export function sortMisfits(misfits: readonly Misfit[]): readonly Misfit[] {
  return [...misfits].sort(
    (one, other) =>
      one.place.file.localeCompare(other.place.file) ||
      (one.place.line ?? 0) - (other.place.line ?? 0) ||
      one.place.pointer.localeCompare(other.place.pointer),
  );
}

/** "openapi.yaml:12:5 (/paths/~1orders/get): message; allowed: ..." */
export function writeMisfit({ place, message, allowed }: Misfit): string {
  const position = place.line === undefined ? "" : `:${place.line}${place.column === undefined ? "" : `:${place.column}`}`;
  const pointer = place.pointer === "" ? "" : ` (${place.pointer})`;
  return `${place.file}${position}${pointer}: ${message}${allowed === undefined ? "" : `; allowed: ${allowed}`}`;
}
