/**
 * Media choice: which of the declared media types a message says it is.
 *
 * Both doors need it, one for bodies that come and one for bodies that leave. There is one reading of Content-Type and
 * Content-Encoding, or none: a body that could be read as two things has been checked as neither.
 */
import { isJson, matchMediaType, type MediaTypeText, readMediaType, type WrongMediaType } from "../contract/media-type.ts";
import type { Decode } from "../contract/media/decode.ts";
import type { FromXml } from "../contract/media/xml/value.ts";
import { formatsOfType } from "../contract/media/signature.ts";
import type { ContentKind, MediaType, SequenceItems, Validator } from "../contract/operation.ts";
import type { Fields } from "../exchange/fields.ts";
import { type Coding, CODINGS } from "../exchange/unpack.ts";

/** How the body is to be read, and by what it is judged. */
export interface Chosen {
  readonly kind: Exclude<ContentKind, "unsupported">;
  readonly validator: Validator | undefined;
  readonly decode?: Decode | undefined;
  readonly items?: SequenceItems | undefined;
  readonly fromXml?: FromXml | undefined;
  /** How the content has to begin; undefined where it may begin in any way. */
  readonly formats?: readonly string[] | undefined;
  /** As the message says it. */
  readonly type: MediaTypeText;
}

/** `coding`: in another coding than identity. `type`: no Content-Type, two, a broken one, an undeclared one. */
export interface Unchosen {
  readonly wrong: "coding" | "type";
  /** For the operator; holds nothing of the message. */
  readonly reason: string;
}

export type MediaChoice = (fields: Fields) => Chosen | Unchosen;

/** Content-Type texts whose choice is remembered per list of media types: clients send the same few. */
export const REMEMBERED_MAX = 32;
const REMEMBERED_CHARACTERS_MAX = 100;

const NO_CODINGS: ReadonlySet<Coding> = new Set();

/**
 * @param media the declared types; undefined: any type, JSON read strictly and the rest not at all
 * @param codings in which the body may be, for whoever undoes them
 */
export function mediaChoice(media: readonly MediaType[] | undefined, codings: ReadonlySet<Coding> = NO_CODINGS): MediaChoice {
  const remembered = new Map<string, Chosen | Unchosen>();
  return (fields) => {
    if (!isUncoded(fields) && !isAmong(codings, codingOf(fields))) return { wrong: "coding", reason: "the body is in a content coding" };
    if (fields.count("content-type") > 1) return { wrong: "type", reason: "there is more than one content type" };
    const text = fields.one("content-type");
    if (text === undefined) return media === undefined ? OPAQUE : { wrong: "type", reason: "there is no content type" };
    const known = remembered.get(text);
    if (known !== undefined) return known;
    const chosen = choose(text, media);
    // Of multipart every body has a content type of its own.
    const returns = text.length <= REMEMBERED_CHARACTERS_MAX && !("kind" in chosen && chosen.kind === "multipart");
    if (returns && remembered.size < REMEMBERED_MAX) remembered.set(text, chosen);
    return chosen;
  };
}

const OPAQUE: Chosen = { kind: "opaque", validator: undefined, type: { type: "application/octet-stream", parameters: new Map() } };

function choose(text: string, media: readonly MediaType[] | undefined): Chosen | Unchosen {
  const read = readMediaType(text);
  if (isWrong(read)) return { wrong: "type", reason: `the content type ${read.wrong}` };
  const charset = read.parameters.get("charset");
  if (charset !== undefined && charset.toLowerCase() !== "utf-8") return { wrong: "type", reason: "the charset is not UTF-8" };
  const json = isJson(read.type) || read.type === "text/json";
  if (media === undefined) return { kind: json ? "json" : "opaque", validator: undefined, type: read };
  const declared = findRange(read.type, media);
  if (declared === undefined) return { wrong: "type", reason: "the content type is not declared" };
  const { kind, validator, decode, items, fromXml, formats = formatsOfType(read.type) } = declared;
  if (kind === "unsupported") return { wrong: "type", reason: "content of this type cannot be checked" };
  // Under a wildcard, too, JSON is read strictly: two members of one name must not slip in because "anything" is allowed.
  return kind === "opaque" && json ? { kind: "json", validator, type: read } : { kind, validator, decode, items, fromXml, formats, type: read };
}

/** The most specific range; `application/*+json` stands between the type itself and its family. */
function findRange(type: string, media: readonly MediaType[]): MediaType | undefined {
  const exact = media.find(({ range }) => range === type);
  if (exact !== undefined) return exact;
  const suffixed = type.startsWith("application/") && type.endsWith("+json") ? media.find(({ range }) => range === "application/*+json") : undefined;
  return suffixed ?? matchMediaType(type, media);
}

/** The one coding of a body; undefined where there is none, or more than one. */
export function codingOf(fields: Fields): Coding | undefined {
  if (fields.count("content-encoding") > 1) return undefined;
  const written = fields.one("content-encoding")?.trim().toLowerCase();
  return CODINGS.find((coding) => coding === written);
}

function isAmong(codings: ReadonlySet<Coding>, coding: Coding | undefined): boolean {
  return coding !== undefined && codings.has(coding);
}

function isUncoded(fields: Fields): boolean {
  const codings = fields.all("content-encoding");
  return codings.every((coding) => coding.trim().toLowerCase() === "identity");
}

function isWrong(read: MediaTypeText | WrongMediaType): read is WrongMediaType {
  return "wrong" in read;
}
