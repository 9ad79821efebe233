/**
 * Operation: one method of one path, understood.
 *
 * Everything a guard needs to know about the contract is worked out here once, at start-up: nothing below this
 * line looks into an OpenAPI document again.
 */
import type { Glimpse } from "./glance/glance-text.ts";
import type { Hint } from "./hint.ts";
import type { JsonBounds } from "./json.ts";
import type { Json } from "./json-value.ts";
import type { Leaf } from "./kinds/kind.ts";
import type { Decode } from "./media/decode.ts";
import type { FromXml } from "./media/xml/value.ts";
import type { Framing } from "./media/sequence/framing.ts";
import type { Place } from "./misfit.ts";
import type { Sketch } from "./sketch/sketch.ts";

/** One way in which a value breaks its schema. `pointer` (RFC 6901) leads into the value, never quotes it. */
export interface Finding {
  readonly pointer: string;
  /** The keyword that refused, e.g. `maxLength`. */
  readonly keyword: string;
  /** For people: "must be at most 5 characters long". Never holds the caller's value. */
  readonly message: string;
}

/** A compiled schema: a fast yes or no, and on no an explanation, bounded in number. Neither ever throws. */
export interface Validator {
  readonly check: (value: Json) => boolean;
  readonly explain: (value: Json) => readonly Finding[];
  /**
   * Looks at the bytes of a JSON text. Answers that it is sound and its value fits, or nothing: then it has to be read and
   * checked. Absent where only the value can tell. Never throws.
   */
  readonly glance?: ((bytes: Uint8Array, bounds: JsonBounds) => Glimpse | undefined) | undefined;
  /** Says whether anything at all would be refused: `true`, `{}` and annotations alone never refuse. */
  readonly open: boolean;
  /**
   * Whether the schema itself speaks of a member named `__proto__`. Elsewhere such a member is refused unseen: copied
   * member by member, it changes what an object of the API inherits.
   */
  readonly namesPrototype?: boolean;
  /** Whether the schema itself lists a text with a control character in it, or a member of such a name. Elsewhere they are refused unseen. */
  readonly namesControls?: boolean;
  /** Whether the schema speaks of `decimal`: then a number must not lose a digit on its way through a double. */
  readonly asksDecimals?: boolean;
  /** Which texts in a value need be looked at, and as what; worked out when first asked for. Absent: nobody described any. */
  readonly leaf?: Leaf;
  /** What there is inside of a value; drawn when first asked for. Absent: nobody described it. */
  readonly sketch?: Sketch;
}

export type Location = "path" | "query" | "header" | "cookie";

/** A declared parameter, with its decoder: raw text in, value out. */
export interface Parameter {
  readonly name: string;
  readonly in: Location;
  readonly required: boolean;
  /**
   * Query names that belong to this parameter, exactly as decoded: one, or the property names of an exploded
   * object. `prefix` is set for deepObject: every name that begins with `name[` belongs to it.
   */
  readonly claims: (name: string) => boolean;
  /** It takes the names, too, that no other parameter claims: an exploded object whose schema says so. */
  readonly takesRest?: boolean;
  /**
   * Decodes and checks. `raw` holds, still percent-encoded: for path the one segment part; for query the
   * `[name (decoded), value (encoded)]` pairs that this parameter claims, in order; for header and cookie the one
   * text. Answers the value, or what is wrong with it.
   */
  readonly read: (raw: string | readonly RawPair[]) => { readonly value: Json } | { readonly findings: readonly Finding[] };
  /** Which types of JSON its values can be of: never too few. */
  readonly hint: Hint;
  /** As in Validator. */
  readonly leaf?: Leaf;
  readonly sketch?: Sketch;
  readonly place: Place;
}

/** A query pair: the name decoded, the value as written (percent-encoded, `+` not yet a space). */
export type RawPair = readonly [name: string, value: string];

export type ContentKind = "json" | "text" | "form" | "multipart" | "sequence" | "xml" | "bytes" | "opaque" | "unsupported";

export interface SequenceItems {
  readonly framing: Framing;
  readonly validator: Validator | undefined;
}

/** One media type of a body: a media range from the contract, and what its content must be. */
export interface MediaType {
  /** Lower case, without parameters: `application/json`, `image/*`, or the full wildcard range. */
  readonly range: string;
  /**
   * How the content is read: `json` is parsed strictly; `text` is UTF-8; of `bytes` each is a character; `opaque` is never
   * looked into, but for its first bytes; `unsupported` is refused.
   */
  readonly kind: ContentKind;
  readonly validator: Validator | undefined;
  /** Makes the value of the bytes, where the contract has a say in how. */
  readonly decode?: Decode | undefined;
  /** Of XML: makes the value of the tree. */
  readonly fromXml?: FromXml | undefined;
  /** Of a sequence: how its items are framed, and what each of them is held to. */
  readonly items?: SequenceItems | undefined;
  /** Of a JSON Patch: what is patched, where the contract describes that. */
  readonly patched?: Validator | undefined;
  /** Of what is not looked into: how it has to begin (see media/signature.ts), where the contract says more than `range`. */
  readonly formats?: readonly string[] | undefined;
  /** Why it is `unsupported`, as the rest of a sentence. */
  readonly reason?: string;
  readonly place: Place;
}

export interface RequestBody {
  readonly required: boolean;
  readonly media: readonly MediaType[];
}

export interface DeclaredAnswer {
  readonly media: readonly MediaType[];
  readonly headers: readonly { readonly name: string; readonly required: boolean; readonly read: Parameter["read"] }[];
}

export interface Scheme {
  /** Its name under `components.securitySchemes`. */
  readonly name: string;
  readonly type: "http" | "apiKey" | "oauth2" | "openIdConnect" | "mutualTLS";
  /** For `http`: lower case, `bearer`, `basic`, ... */
  readonly http?: string;
  /** For `apiKey`: where the key travels, and under which name. */
  readonly in?: "header" | "query" | "cookie";
  readonly parameter?: string;
  readonly place: Place;
}

export interface Requirement {
  readonly scheme: Scheme;
  readonly scopes: readonly string[];
}

/** All of its requirements together (AND). An empty alternative is an anonymous caller. */
export type Alternative = readonly Requirement[];

export interface Operation {
  /**
   * `operation`: the contract lists it. `method`: it lists the path, but not this method. `path`: it lists neither.
   * `unlisted`: the policy forwards what the contract does not list, with a reason.
   */
  readonly listed: "operation" | "method" | "path" | "unlisted";
  /** The operationId, or `METHOD /path/{template}` where the contract gives none. */
  readonly id: string;
  readonly method: string;
  /** The path template with the base path in front, e.g. `/v1/orders/{orderId}`. */
  readonly path: string;
  readonly tags: readonly string[];
  readonly summary: string | undefined;
  readonly deprecated: boolean;
  /** Upper-case methods that the contract lists for this path (RFC 9110, section 10.2.1: the Allow field). */
  readonly allow: readonly string[];
  /** Names of the path parameters, in the order in which the route yields their raw texts. */
  readonly pathNames: readonly string[];
  readonly parameters: readonly Parameter[];
  readonly body: RequestBody | undefined;
  /** By status key in lower case: `200`, `2xx`, `default`. */
  readonly answers: ReadonlyMap<string, DeclaredAnswer>;
  /** OR of ANDs. `undefined`: the contract says nothing, which is not the same as "nobody needs to". */
  readonly security: readonly Alternative[] | undefined;
  readonly place: Place;
}
