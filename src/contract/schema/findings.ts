/**
 * Findings: what was found wrong with a value, bounded in number and length.
 *
 * Names in a pointer are the caller's own, so they may be long; values are never told.
 */
import type { Finding } from "../operation.ts";

/** Findings of one explanation. */
export const FINDINGS_MAX = 20;
/** Characters of one pointer. */
export const POINTER_CHARACTERS = 512;

/** The way to a place inside the value, innermost key first. Written out only when something is found there. */
export interface Path {
  readonly up: Path | undefined;
  readonly key: string | number;
}

export class Findings {
  readonly #list: Finding[] = [];

  get list(): readonly Finding[] {
    return this.#list;
  }

  get full(): boolean {
    return this.#list.length >= FINDINGS_MAX;
  }

  add(path: Path | undefined, keyword: string, message: string): void {
    if (!this.full) this.#list.push({ pointer: writePath(path), keyword, message });
  }
}

function writePath(path: Path | undefined): string {
  const keys: string[] = [];
  for (let step = path; step !== undefined; step = step.up) keys.push(String(step.key).slice(0, POINTER_CHARACTERS).replaceAll("~", "~0").replaceAll("/", "~1"));
  return keys
    .reverse()
    .map((key) => `/${key}`)
    .join("")
    .slice(0, POINTER_CHARACTERS);
}
