/**
 * Cut rich: in the stage that may change what goes to the API, every rich text of a body is cut down to what may stay.
 *
 * The body stays as it was written but for these texts: they are replaced where they stand, so that no number, no order and no
 * blank of the rest changes. What says how long the body is, or what its digest is, is written anew or taken away.
 */
import { outlineJson } from "../../../../contract/json-outline.ts";
import { writePointer } from "../../../../contract/json-pointer.ts";
import type { Leaf } from "../../../../contract/kinds/kind.ts";
import { isJsonObject, type Json, type Prepared } from "../../../../guard.ts";
import type { Cut } from "./rich-text.ts";
import type { Suspicion } from "./search.ts";

/** Fields about a body that is no longer the same. */
const STALE: ReadonlySet<string> = new Set(["content-md5", "content-digest", "repr-digest", "digest"]);

interface Change {
  readonly path: readonly string[];
  readonly text: string;
}

/** What changes; nothing where all that is there may stay. */
export function changesIn(value: Json, leaf: Leaf, cut: Cut): readonly Change[] {
  const changes: Change[] = [];
  const path: string[] = [];
  const walk = (below: Json, at: Leaf): void => {
    if (at.idle) return;
    if (typeof below === "string") {
      const text = at.text === "rich" ? cut(below) : below;
      if (text !== below) changes.push({ path: [...path], text });
    } else if (Array.isArray(below)) {
      for (const [index, item] of (below as readonly Json[]).entries()) step(String(index), item, at.prefix[index] ?? at.items);
    } else if (isJsonObject(below)) {
      for (const [name, member] of Object.entries(below)) step(name, member, at.members.get(name) ?? at.rest);
    }
  };
  const step = (key: string, below: Json, at: Leaf | undefined): void => {
    if (at === undefined || at.idle) return;
    path.push(key);
    walk(below, at);
    path.pop();
  };
  walk(value, leaf);
  return changes;
}

/** For the record: which fields were cut. */
export function cutsAsFindings(changes: readonly Change[]): readonly Suspicion[] {
  return changes.map(({ path }) => ({ in: "body", pointer: writePointer(path), rule: "rich-cut", view: "plain", watched: true }));
}

/** Writes the changes into the body. @param json false: the body is the text itself */
export function rewrite({ content, outgoing }: Prepared, changes: readonly Change[], json: boolean): void {
  const bytes = content.read();
  if (!(bytes instanceof Uint8Array)) return;
  const before = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("utf8");
  const after = json ? splice(before, changes) : (changes[0]?.text ?? before);
  const written = Buffer.from(after);
  content.rewrite(written, json ? (JSON.parse(after) as Json) : after); // what was JSON stays JSON
  outgoing.removeWhere((name) => STALE.has(name));
  if (outgoing.count("content-length") > 0) outgoing.set("content-length", String(written.byteLength));
}

function splice(text: string, changes: readonly Change[]): string {
  const outline = outlineJson(text);
  const spans = changes.flatMap(({ path, text: cut }) => {
    const span = outline.stringAt(path);
    return span === undefined ? [] : [{ ...span, cut: JSON.stringify(cut) }];
  });
  let written = "";
  let run = 0;
  for (const { from, to, cut } of spans.sort((one, other) => one.from - other.from)) {
    written += text.slice(run, from) + cut;
    run = to;
  }
  return written + text.slice(run);
}
