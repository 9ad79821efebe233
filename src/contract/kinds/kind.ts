/**
 * Kind: what a text that a schema lets through may be, as far as its dangers go.
 *
 * A number cannot carry an injection, nor can a text of which the contract says which characters it has. So most of a
 * request need not be looked at, and what remains is looked at as what it is.
 */

/** From the one that says most to the one that says least. */
export const KINDS = ["none", "code", "rich", "url", "filename", "short", "text"] as const;

/**
 * `none`: nothing to look for. `code`: programs, on purpose. `rich`: HTML that is cut down to an allow-list. `url`,
 * `filename`: what they say. `short`: a name, a title, up to `SHORT_CHARACTERS_MAX`. `text`: anything.
 */
export type Kind = (typeof KINDS)[number];

/** Characters up to which the contract's `maxLength` makes a short text. */
export const SHORT_CHARACTERS_MAX = 64;

/** What satisfies both is what the one says that says more. */
export function narrower(one: Kind, other: Kind): Kind {
  return KINDS.indexOf(one) <= KINDS.indexOf(other) ? one : other;
}

/** Of what satisfies one or the other no more is known than what the one says that says less. */
export function wider(one: Kind, other: Kind): Kind {
  return KINDS.indexOf(one) <= KINDS.indexOf(other) ? other : one;
}

/** A file that a text holds in another writing. */
export interface EmbeddedFile {
  /** Whether each text that may stand here is one; else some may be something else. */
  readonly always: boolean;
  /** The media types that it may be of, in lower case; none: the contract does not say. */
  readonly types: readonly string[];
}

/** The kinds of a value and of all that is in it. Leaves of recursive schemas lead back to themselves. */
export interface Leaf {
  /** What the value is, if it is a text. */
  readonly text: Kind;
  /** What it holds, if it is a text in base64. */
  readonly file: EmbeddedFile | undefined;
  /** Of an object: its declared members. */
  readonly members: ReadonlyMap<string, Leaf>;
  /** Its other members; undefined where there can be none. */
  readonly rest: Leaf | undefined;
  /** Whether the names of the other members are the caller's own words. */
  readonly freeNames: boolean;
  /** Of an array: its first items one by one, then all others; undefined where there can be none. */
  readonly prefix: readonly Leaf[];
  readonly items: Leaf | undefined;
  /** Nothing here and nothing below need be looked at. */
  readonly idle: boolean;
}

const NOTHING: ReadonlyMap<string, Leaf> = new Map();

/** A text of one kind, and no object or array. */
export function leafOf(text: Kind): Leaf {
  return { text, file: undefined, members: NOTHING, rest: undefined, freeNames: false, prefix: [], items: undefined, idle: text === "none" };
}

/** Whatever there is, by nobody described. */
export const FREE_LEAF: Leaf = makeFree();

function makeFree(): Leaf {
  const leaf = { text: "text" as const, file: undefined, members: NOTHING, rest: undefined as Leaf | undefined, freeNames: true, prefix: [], items: undefined as Leaf | undefined, idle: false };
  leaf.rest = leaf;
  leaf.items = leaf;
  return leaf;
}
