/**
 * Search: goes through the values of one request along their leaves, looks at each text that needs it, and collects what it
 * finds.
 *
 * The work is counted in characters looked at. A request that would cost more than its share is refused as a whole: what
 * nobody has looked at does not pass.
 */
import { writePointer } from "../../../../contract/json-pointer.ts";
import type { FreeSpots } from "../../../../contract/glance/free-spots.ts";
import type { Kind, Leaf } from "../../../../contract/kinds/kind.ts";
import { judgeKey, namesRemoteFile, namesSession } from "../../../../detection/keys.ts";
import { type Hit, look } from "../../../../detection/look.ts";
import { isJsonObject, type Json } from "../../../../guard.ts";
import type { Located } from "../invalid.ts";

/** Findings of one request; behind them nothing more is looked for. */
export const FINDINGS_MAX = 20;

/** Names of one request that are remembered as clear. */
const CLEAR_NAMES_MAX = 256;

export interface Suspicion extends Pick<Located, "in" | "name" | "pointer"> {
  readonly rule: string;
  readonly view: string;
  /** The field is one that may carry such things: written down, not refused. */
  readonly watched: boolean;
}

/** Where a search stands: in a parameter, a field of the head, or the body. */
export type Ground = Pick<Located, "in" | "name">;

export interface SearchBounds {
  /** Characters that may be looked at. */
  readonly characters: number;
  /** Whether a page of another site, or none, has sent the caller here with this part of a request: then the id of a session is another's. */
  readonly isSent: (place: Ground["in"]) => boolean;
}

export class Search {
  readonly found: Suspicion[] = [];
  readonly #isSent: SearchBounds["isSent"];
  #left: number;
  #ground: Ground = { in: "body" };
  /** HTML is cut down later on: it is not looked at here. */
  #cut = false;
  /** Steps into the value. */
  readonly #path: string[] = [];
  /** The part of the request of which it is known whether it was sent from elsewhere. */
  #asked: Ground["in"] | undefined;
  #sent = false;
  readonly #clearNames = new Set<string>();

  constructor({ characters, isSent }: SearchBounds) {
    this.#left = characters;
    this.#isSent = isSent;
  }

  /** More would have had to be looked at than is allowed. */
  get exhausted(): boolean {
    return this.#left < 0;
  }

  /** Characters that may still be looked at. */
  get left(): number {
    return this.#left;
  }

  /** Looks at a value and at all that is in it. @param cut whether HTML in it is cut down to what may stay, later on */
  value(value: Json, leaf: Leaf, ground: Ground, cut = false): void {
    this.#ground = ground;
    this.#cut = cut;
    if (!leaf.idle) this.#value(value, leaf);
  }

  /** Looks at the texts of a body where they stand. Answers false, and leaves everything to `value`, unless there is nothing in any. */
  sparesAll(spots: FreeSpots, cut: boolean): boolean {
    if (!spots.complete || (spots.hasNames && this.#comesFromElsewhere("body"))) return false;
    let left = this.#left - spots.tinyCharacters;
    const clear = spots.every((text, kind) => {
      if (kind === "rich" && cut) return true;
      left -= text.length;
      return left >= 0 && lookAs(text, kind) === undefined;
    });
    if (!clear || left < 0) return false;
    this.#left = left;
    return true;
  }

  /** Looks at a name that the caller chose. */
  name(name: string, ground: Ground, value?: string): void {
    this.#ground = ground;
    this.#name(name, value);
  }

  /** Takes a finding that is not of one text. */
  note(rule: string, ground: Ground): void {
    this.#ground = ground;
    this.#note(rule, "plain", false);
  }

  #value(value: Json, leaf: Leaf): void {
    if (this.found.length >= FINDINGS_MAX) return;
    if (typeof value === "string") this.#text(value, leaf.text);
    else if (Array.isArray(value)) this.#items(value, leaf);
    else if (isJsonObject(value)) this.#members(value, leaf);
  }

  #text(text: string, kind: Kind): void {
    if (kind === "none" || (kind === "rich" && this.#cut)) return;
    this.#left -= text.length;
    if (this.#left < 0) return;
    const hit = lookAs(text, kind);
    if (hit !== undefined) this.#note(hit.rule, hit.view, kind === "code");
  }

  #items(list: readonly Json[], leaf: Leaf): void {
    for (const [index, item] of list.entries()) {
      const below = leaf.prefix[index] ?? leaf.items;
      if (below === undefined || below.idle) continue;
      this.#path.push(String(index));
      this.#value(item, below);
      this.#path.pop();
    }
  }

  #members(object: { readonly [name: string]: Json }, leaf: Leaf): void {
    for (const name of Object.keys(object)) {
      const value = object[name];
      const declared = leaf.members.get(name);
      if (declared === undefined && leaf.freeNames) this.#name(name, value);
      const below = declared ?? leaf.rest;
      if (value === undefined || below === undefined || below.idle) continue;
      this.#path.push(name);
      this.#value(value, below);
      this.#path.pop();
    }
  }

  /** What is wrong with a name is told of the object in which it stands. */
  #name(name: string, value: Json | undefined): void {
    // Whoever read the body refuses this name, unless the contract speaks of it.
    const rule = name === "__proto__" && this.#ground.in === "body" ? undefined : judgeKey(name, value);
    if (rule !== undefined) return this.#note(rule, "plain", false);
    const isSent = this.#comesFromElsewhere(this.#ground.in);
    if (isSent && namesRemoteFile(name, value)) this.#note("key-remote", "plain", false);
    else if (isSent && namesSession(name)) this.#note("key-session", "plain", false);
    else if (name !== "__proto__") this.#nameAsText(name);
  }

  /** Asked once for all names of one place. */
  #comesFromElsewhere(place: Ground["in"]): boolean {
    if (place !== this.#asked) [this.#asked, this.#sent] = [place, this.#isSent(place)];
    return this.#sent;
  }

  /** Objects in a list have the same names again and again: these cost their characters each time, and one look. */
  #nameAsText(name: string): void {
    if (this.#clearNames.has(name)) {
      this.#left -= name.length;
      return;
    }
    const before = this.found.length;
    this.#text(name, "text");
    if (this.found.length === before && this.#left >= 0 && this.#clearNames.size < CLEAR_NAMES_MAX) this.#clearNames.add(name);
  }

  #note(rule: string, view: string, watched: boolean): void {
    if (this.found.length < FINDINGS_MAX) this.found.push({ ...this.#ground, pointer: writePointer(this.#path), rule, view, watched });
  }
}

function lookAs(text: string, kind: Kind): Hit | undefined {
  return look(text, kind === "rich" || kind === "code" ? "text" : kind);
}
