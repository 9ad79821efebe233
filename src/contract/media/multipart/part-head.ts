/**
 * Part head: the header fields of one part of a form (RFC 7578, section 4).
 *
 * A name or a file name with two readings is where filters are passed: a backslash is an escape for some and a character
 * for others, `filename*` goes before `filename` for some and is unknown to others, and of two names some take the first.
 * None of these is taken. Names are UTF-8, as browsers send them.
 */
import { isUtf8 } from "node:buffer";
import { type MediaTypeText, readMediaType } from "../../media-type.ts";
import { isPlainLine } from "../plain-text.ts";

export interface PartHead {
  readonly name: string;
  readonly filename: string | undefined;
  /** undefined where the part says nothing: then it is text (RFC 7578, section 4.4). */
  readonly type: MediaTypeText | undefined;
  /** Fields beyond those that every part may have, names in lower case. */
  readonly fields: ReadonlyMap<string, string>;
  /** As announced by the part itself. */
  readonly length: number | undefined;
}

export const PART_NAME_CHARACTERS_MAX = 256;
export const PART_FIELDS_MAX = 16;

type Wrong = { readonly wrong: string };

/** Reads the lines of the head of a part of a form, without the blank line behind them. Linear; never throws. */
export function readPartHead(bytes: Buffer): PartHead | Wrong {
  const fields = readFields(bytes);
  return fields instanceof Map ? understand(fields, readDisposition, "holds a part without a name of its own") : fields;
}

/** The same where parts have no names: a disposition may say which file it is, and an id which part (RFC 2387, section 3.1). */
export function readMixedHead(bytes: Buffer): PartHead | Wrong {
  const fields = readFields(bytes);
  if (!(fields instanceof Map)) return fields;
  const id = take(fields, "content-id");
  if (id !== undefined && !CONTENT_ID.test(id)) return { wrong: "holds a part with an id that is none" };
  return understand(fields, readAttachment, "holds a part with a disposition that is none of a file");
}

/** `<left@right>`, of characters that mean the same to everybody. One class each: linear. */
const CONTENT_ID = /^<[A-Za-z0-9._%+-]{1,128}(?:@[A-Za-z0-9.-]{1,128})?>$/;

function readFields(bytes: Buffer): Map<string, string> | Wrong {
  if (!isUtf8(bytes)) return { wrong: "holds a part whose head is not UTF-8" };
  const text = bytes.toString("utf8");
  const fields = new Map<string, string>();
  for (const line of text === "" ? [] : text.split("\r\n", PART_FIELDS_MAX + 1)) {
    const colon = line.indexOf(":");
    const name = line.slice(0, Math.max(0, colon)).toLowerCase();
    const value = trim(line.slice(colon + 1));
    if (!FIELD_NAME.test(name) || !isPlainLine(value)) return { wrong: "holds a part with a line in its head that is no field" };
    if (fields.has(name)) return { wrong: "holds a part with a field twice in its head" };
    if (fields.size === PART_FIELDS_MAX) return { wrong: "holds a part with too many fields in its head" };
    fields.set(name, value);
  }
  return fields;
}

/** A token (RFC 9110, section 5.6.2). One class: linear. */
const FIELD_NAME = /^[!#$%&'*+\-.^_`|~0-9a-z]+$/;
/** Codings that change nothing; senders of mail write them still (RFC 7578, section 4.7). */
const IDENTITY: ReadonlySet<string> = new Set(["7bit", "8bit", "binary"]);

type Disposition = Pick<PartHead, "name" | "filename">;

function understand(fields: Map<string, string>, read: (written: string | undefined) => Disposition | undefined, undisposed: string): PartHead | Wrong {
  const disposition = read(take(fields, "content-disposition"));
  if (disposition === undefined) return { wrong: undisposed };
  const said = take(fields, "content-type");
  const type = said === undefined ? undefined : readMediaType(said);
  if (type !== undefined && "wrong" in type) return { wrong: `holds a part whose content type ${type.wrong}` };
  if (type?.type.startsWith("multipart/") === true) return { wrong: "holds a part that is multipart itself" };
  if ((type?.parameters.get("charset") ?? "utf-8").toLowerCase() !== "utf-8") return { wrong: "holds a part whose charset is not UTF-8" };
  const coding = take(fields, "content-transfer-encoding");
  if (coding !== undefined && !IDENTITY.has(coding.toLowerCase())) return { wrong: "holds a part in a transfer encoding" };
  const length = take(fields, "content-length");
  if (length !== undefined && !/^[0-9]{1,12}$/.test(length)) return { wrong: "holds a part whose length is no number" };
  return { ...disposition, type, fields, length: length === undefined ? undefined : Number(length) };
}

function take(fields: Map<string, string>, name: string): string | undefined {
  const value = fields.get(name);
  fields.delete(name);
  return value;
}

/** `form-data; name="..."`, and perhaps `; filename="..."`. Undefined for everything else. */
export function readDisposition(text: string | undefined): Disposition | undefined {
  const found = text === undefined ? undefined : readParameters(text, "form-data");
  const name = found?.get("name") ?? "";
  if (found === undefined || name === "" || name.length > PART_NAME_CHARACTERS_MAX) return undefined;
  return { name, filename: found.get("filename") };
}

/** None, or `attachment` or `inline`, perhaps with `; filename="..."`. Undefined for everything else: nothing has a name here. */
function readAttachment(text: string | undefined): Disposition | undefined {
  if (text === undefined) return { name: "", filename: undefined };
  const found = readParameters(text, "attachment") ?? readParameters(text, "inline");
  return found === undefined || found.has("name") ? undefined : { name: "", filename: found.get("filename") };
}

function readParameters(text: string, kind: string): ReadonlyMap<string, string> | undefined {
  if (text.slice(0, kind.length).toLowerCase() !== kind) return undefined;
  const found = new Map<string, string>();
  for (let at = kind.length; at < text.length; ) {
    const parameter = readParameter(text, at);
    if (parameter === undefined || found.has(parameter.name)) return undefined;
    found.set(parameter.name, parameter.value);
    at = parameter.end;
  }
  return found;
}

interface ParameterText {
  readonly name: string;
  readonly value: string;
  readonly end: number;
}

/** `; name=value`, with blanks behind the semicolon and nowhere else: before it, some readers take what follows for no parameter. */
function readParameter(text: string, from: number): ParameterText | undefined {
  if (text[from] !== ";") return undefined;
  const at = skipBlanks(text, from + 1);
  const equals = text.indexOf("=", at);
  const name = text.slice(at, Math.max(at, equals)).toLowerCase();
  if (name !== "name" && name !== "filename") return undefined;
  return text[equals + 1] === '"' ? readQuoted(text, equals + 2, name) : readToken(text, equals + 1, name);
}

/** A backslash has two readings, and a quote within is written %22 by browsers: so there is neither. */
function readQuoted(text: string, from: number, name: string): ParameterText | undefined {
  const close = text.indexOf('"', from);
  const value = text.slice(from, Math.max(from, close));
  return close === -1 || value.includes("\\") ? undefined : { name, value, end: close + 1 };
}

function readToken(text: string, from: number, name: string): ParameterText | undefined {
  let end = from;
  while (end < text.length && TOKEN.test(text[end] ?? "")) end++;
  return end === from ? undefined : { name, value: text.slice(from, end), end };
}

const TOKEN = /^[!#$&+\-.^_`|~0-9A-Za-z]$/;

function skipBlanks(text: string, from: number): number {
  let at = from;
  while (text[at] === " " || text[at] === "\t") at++;
  return at;
}

function trim(text: string): string {
  let end = text.length;
  while (text[end - 1] === " " || text[end - 1] === "\t") end--;
  return text.slice(skipBlanks(text, 0), end);
}
