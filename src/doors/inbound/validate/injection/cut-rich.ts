/**
 * Cut rich: in the stage that may change what goes to the API, every rich text of a body is cut down to what may stay.
 *
 * The body stays as it was written but for these texts: they are replaced where they stand, so that no number, no order and no
 * blank of the rest changes. What says how long the body is, or what its digest is, is written anew or taken away.
 */
import { outlineJson } from "../../../../contract/json-outline.ts";
import { writePointer } from "../../../../contract/json-pointer.ts";
import type { Leaf } from "../../../../contract/kinds/kind.ts";
import { readFormPairs } from "../../../../contract/media/form-text.ts";
import { isJsonObject, type Json, type Prepared } from "../../../../guard.ts";
import type { Chosen, Unchosen } from "../../../media-choice.ts";
import type { Cut } from "./rich-text.ts";
import type { Suspicion } from "./search.ts";

/** Fields about a body that is no longer the same. */
const STALE: ReadonlySet<string> = new Set(["content-md5", "content-digest", "repr-digest", "digest"]);

interface Change {
  readonly path: readonly string[];
  readonly before: string;
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
      if (text !== below) changes.push({ path: [...path], before: below, text });
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

/**
 * Writes the changes into the body.
 *
 * @returns false where one of them has no place of its own in it: nothing is written then, and what was to be cut must not go on
 */
export function rewrite({ content, outgoing }: Prepared, changes: readonly Change[], kind: Cuttable): boolean {
  const bytes = content.read();
  if (!(bytes instanceof Uint8Array)) return false;
  const written = WRITERS[kind](Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength), content.value ?? null, changes);
  if (written === undefined) return false;
  content.rewrite(written.bytes, written.value);
  outgoing.removeWhere((name) => STALE.has(name));
  if (outgoing.count("content-length") > 0) outgoing.set("content-length", String(written.bytes.byteLength));
  return true;
}

/** Bodies in which a text can be replaced and the rest stay as it was. */
type Cuttable = "json" | "text" | "form";

export function cuttable(chosen: Chosen | Unchosen): Cuttable | undefined {
  if (!("kind" in chosen)) return undefined;
  const { kind } = chosen;
  return kind === "json" || kind === "text" || kind === "form" ? kind : undefined;
}

interface Written {
  readonly bytes: Buffer;
  readonly value: Json;
}

const WRITERS: Readonly<Record<Cuttable, (bytes: Buffer, value: Json, changes: readonly Change[]) => Written | undefined>> = {
  json(bytes, _value, changes) {
    const after = splice(bytes.toString("utf8"), changes);
    return after === undefined ? undefined : { bytes: Buffer.from(after), value: JSON.parse(after) as Json }; // what was JSON stays JSON
  },
  text(bytes, _value, changes) {
    const text = changes[0]?.text ?? bytes.toString("utf8");
    return { bytes: Buffer.from(text), value: text };
  },
  form(bytes, value, changes) {
    const written = spliceForm(bytes, changes);
    return written === undefined ? undefined : { bytes: Buffer.from(written, "latin1"), value: withTexts(value, changes) };
  },
};

function splice(text: string, changes: readonly Change[]): string | undefined {
  const outline = outlineJson(text);
  const spans = changes.flatMap(({ path, text: cut }) => {
    const span = outline.stringAt(path);
    return span === undefined ? [] : [{ ...span, cut: JSON.stringify(cut) }];
  });
  if (spans.length < changes.length) return undefined;
  let written = "";
  let run = 0;
  for (const { from, to, cut } of spans.sort((one, other) => one.from - other.from)) {
    written += text.slice(run, from) + cut;
    run = to;
  }
  return written + text.slice(run);
}

/** A text that has a pair of its own: a member, or one of several of a name. What is written in another style has none. */
function spliceForm(bytes: Buffer, changes: readonly Change[]): string | undefined {
  const pairs = readFormPairs(bytes, { values: Number.POSITIVE_INFINITY, stringBytes: Number.POSITIVE_INFINITY });
  if ("keyword" in pairs) return undefined;
  // Looked for once: a form may have as many changes as pairs.
  const placesOf = Map.groupBy(pairs.keys(), (at) => pairs[at]?.name ?? "");
  const segments = bytes.toString("latin1").split("&");
  for (const { path, before, text } of changes) {
    const [name = "", index = "0", ...deeper] = path;
    const places = placesOf.get(name) ?? [];
    const place = places[Number(index)];
    if (place === undefined || deeper.length > 0 || pairs[place]?.text !== before || (path.length === 1 && places.length > 1)) return undefined;
    const segment = segments[place] ?? "";
    segments[place] = `${segment.slice(0, segment.indexOf("=") + 1)}${new URLSearchParams({ "": text }).toString().slice(1)}`;
  }
  return segments.join("&");
}

/** The value with these texts in the place of others: members, or items of members. */
function withTexts(value: Json, changes: readonly Change[]): Json {
  if (!isJsonObject(value)) return value;
  const byName = Map.groupBy(changes, ({ path: [name = ""] }) => name);
  return { ...value, ...Object.fromEntries([...byName].map(([name, inside]) => [name, memberWith(value[name] ?? null, inside)])) };
}

function memberWith(member: Json, changes: readonly Change[]): Json {
  if (!Array.isArray(member)) return changes[0]?.text ?? member;
  const byIndex = new Map(changes.map(({ path: [, index], text }) => [index, text]));
  return (member as readonly Json[]).map((item, index) => byIndex.get(String(index)) ?? item); // isArray forgets readonly
}
