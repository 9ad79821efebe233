/** Readable: what guards may do with a body, stage by stage. */
import type { FreeSpots } from "../contract/glance/free-spots.ts";
import type { Glimpse } from "../contract/glance/glance-text.ts";
import type { JsonBounds } from "../contract/json.ts";
import type { Json } from "../contract/json-value.ts";
import type { FilePart } from "../contract/media/decode.ts";
import type { Bytes } from "./content.ts";
import type { Gauge } from "./gauge.ts";
import type { Problem } from "./problem.ts";
import type { Coding } from "./unpack.ts";

/** What a screen guard may do with a body: bound it. */
export interface Bounded {
  /** Bytes announced by Content-Length; undefined when the length is not known ahead (chunked). 0: no body. */
  readonly declared: number | undefined;
  /** Lowers the bound to `bytes`; a higher one than before is ignored. */
  bound(bytes: number): void;
}

/** What the later stages may do: read it. */
export interface Readable extends Bounded {
  /** The whole body, or the problem that stood in the way. Repeated calls give the same bytes. */
  read(): Bytes | Problem | Promise<Bytes | Problem>;
  /** The first bytes, as many as asked for or all that there are; the rest is left to flow. */
  begin(bytes: number): Bytes | Problem | Promise<Bytes | Problem>;
  /** Undoes the coding in which it was sent: from then on what was inside is the body. Held, within the same bound. */
  unpack(coding: Coding, ratio: number): Promise<Problem | undefined>;
  /** Lets the body flow through `gauge`, whoever takes it. What is here already is judged at once. */
  pass(gauge: Gauge): Problem | undefined;
  /** The value that a validate guard made of it, once it has; of what it only looked at the value is made when it is asked for. */
  readonly value: Json | undefined;
  /** Whether there is a value, made or not. */
  readonly understood: boolean;
  /** For the guard that parsed it: keeps the value for the guards behind it, with what it was held to. */
  understand(value: Json, bounds?: JsonBounds, files?: readonly FilePart[]): void;
  /** For the guard that looked at a JSON text and found it sound: the value is left for whoever needs it. */
  vouch(bounds: JsonBounds | undefined, glimpse: Glimpse): void;
  /** Whether somebody has, and the bytes are still the same. */
  readonly vouched: boolean;
  /** Where in the bytes stand the texts that have to be looked at; undefined where nobody has noted them. */
  readonly spots: FreeSpots | undefined;
  /** Each member of each object in the bytes is known to have a name that its schema declares. */
  readonly named: boolean;
  /** What `value` was held to when it was read; undefined: nobody said. */
  readonly bounds: JsonBounds | undefined;
  /** Which parts of the value are files: empty texts in it, their bytes here. */
  readonly files: readonly FilePart[];
}

/** What a prepare guard may do, too: put another body in its place. */
export interface Rewritable extends Readable {
  /** For a body that has been read. Fields that say how long it is, or what its digest is, are the guard's to write. */
  rewrite(bytes: Bytes, value: Json): void;
}
