/**
 * Content: the body of a message, read only when somebody asks.
 *
 * A host hands over a source; nothing flows until a guard reads (then the body is held, up to its bound) or the host
 * forwards it (then it streams, with the same bound). The bound can only be lowered.
 */
import type { Glimpse } from "../contract/glance/glance-text.ts";
import type { FreeSpots } from "../contract/glance/free-spots.ts";
import { type JsonBounds, parseSound } from "../contract/json.ts";
import type { Json } from "../contract/json-value.ts";
import type { FilePart } from "../contract/media/decode.ts";
import { Beginning } from "./beginning.ts";
import type { WritableFields } from "./fields.ts";
import { Gathering } from "./gathering.ts";
import { type Gauge, GaugedSink, inTurn, joinBytes } from "./gauge.ts";
import { type Particulars, type Problem, problem } from "./problem.ts";
import type { Rewritable } from "./readable.ts";
import { type Coding, unpack } from "./unpack.ts";

/** Where a host's bytes come from. `open` is called at most once. */
export interface Source {
  readonly open: (sink: Sink) => void;
  readonly pause?: () => void;
  readonly resume?: () => void;
  /** Gives up: the rest is not wanted. */
  readonly cancel?: () => void;
}

/** Where they go. After `end` or `fail` nothing follows. `data` answers false to ask for a pause. */
export interface Sink {
  readonly data: (chunk: Uint8Array) => boolean;
  /** The same for bytes that are written over afterwards. Where it is missing, they are copied first. */
  readonly lend?: ((chunk: Uint8Array) => boolean) | undefined;
  readonly end: () => void;
  readonly fail: (why: Problem) => void;
}

export type Bytes = Uint8Array;

/** Also for whoever can tell from the announced length alone. */
export const contentTooLarge: (particulars?: Particulars) => Problem = problem("content-too-large", 413, "Content too large");
const NOTHING: Bytes = new Uint8Array(0);
const contentUndecodable: (particulars?: Particulars) => Problem = problem("content-undecodable", 400, "The body is not in the coding that it names");
/** Up to here nothing is a bomb, however well it packs. */
export const RATIO_FREE_BYTES = 65_536;
const NO_FILES: readonly FilePart[] = [];
const EMPTY: Source = { open: (sink) => sink.end() };

export class Content implements Rewritable {
  readonly declared: number | undefined;
  #value: Json | undefined = undefined;
  vouched = false;
  spots: FreeSpots | undefined = undefined;
  named = false;
  bounds: JsonBounds | undefined = undefined;
  files: readonly FilePart[] = NO_FILES;
  /** Bytes that have gone by, for the record. */
  passed = 0;
  #source: Source | undefined;
  #bound: number = Number.POSITIVE_INFINITY;
  #held: Bytes | Problem | undefined;
  #reading: Promise<Bytes | Problem> | undefined;
  #beginning: Beginning | undefined;
  #gauge: Gauge | undefined;
  #fields: WritableFields | undefined;
  #flowing = false;
  #paused = false;

  /** @param declared bytes, or undefined when unknown; with 0 the source is never opened */
  constructor(source: Source | undefined, declared: number | undefined, held: Bytes = NOTHING) {
    this.declared = source === undefined ? held.byteLength : declared;
    this.#source = declared === 0 ? undefined : source;
    if (this.#source === undefined) this.#held = held;
  }

  /** A body that is here already; its length is known. */
  static holding(bytes: Bytes): Content {
    const content = new Content(undefined, undefined, bytes);
    content.passed = bytes.byteLength;
    return content;
  }

  bound(bytes: number): void {
    if (bytes >= this.#bound) return;
    this.#bound = bytes;
    // What came whole with its head is held to it, too.
    if (this.#held instanceof Uint8Array && this.#held.byteLength > bytes) this.#held = this.#refuse();
  }

  understand(value: Json, bounds?: JsonBounds, files: readonly FilePart[] = NO_FILES): void {
    this.#value = value;
    this.vouched = false;
    this.spots = undefined;
    this.named = false;
    this.bounds = bounds;
    this.files = files;
  }

  vouch(bounds: JsonBounds | undefined, { spots, named }: Glimpse): void {
    this.vouched = true;
    this.spots = spots;
    this.named = named;
    this.bounds = bounds;
  }

  get understood(): boolean {
    return this.vouched || this.#value !== undefined;
  }

  get value(): Json | undefined {
    if (this.vouched && this.#held instanceof Uint8Array) this.#value ??= parseSound(this.#held);
    return this.#value;
  }

  rewrite(bytes: Bytes, value: Json): void {
    this.#held = bytes;
    this.#value = value;
    this.vouched = false;
    this.spots = undefined;
    this.named = false;
  }

  /** The bytes, when they are here already and nothing has to be judged of them any more. */
  get held(): Bytes | undefined {
    return this.#held instanceof Uint8Array && this.#gauge === undefined ? this.#held : undefined;
  }

  read(): Bytes | Problem | Promise<Bytes | Problem> {
    if (this.#held !== undefined) return this.#held;
    if (this.declared !== undefined && this.declared > this.#bound) return (this.#held = this.#refuse());
    this.#reading ??= this.#collect();
    // A small body often came with its head: then it is here now, and nobody has to wait a turn for it.
    return this.#held ?? this.#reading;
  }

  begin(bytes: number): Bytes | Problem | Promise<Bytes | Problem> {
    if (this.#held !== undefined) return this.#held instanceof Uint8Array ? this.#held.subarray(0, bytes) : this.#held;
    if (this.declared !== undefined && this.declared > this.#bound) return (this.#held = this.#refuse());
    const beginning = this.#beginning ?? this.#beginAtSource();
    let outcome: Bytes | Problem | undefined;
    let late: ((outcome: Bytes | Problem) => void) | undefined;
    this.#flowing = true;
    beginning.want(bytes, () => {
      this.#flowing = false;
      outcome = this.#settleBeginning(beginning, bytes);
      late?.(outcome);
    });
    return outcome ?? new Promise((resolve) => void (late = resolve));
  }

  /** Which fields say how it is coded and how long it is. */
  describedBy(fields: WritableFields): void {
    this.#fields = fields;
  }

  /** @param ratio bytes that come out for each that went in, once they are many */
  async unpack(coding: Coding, ratio: number): Promise<Problem | undefined> {
    const packed = await this.read();
    if (!(packed instanceof Uint8Array)) return packed;
    const most = Math.min(this.#bound, Math.max(RATIO_FREE_BYTES, packed.byteLength * ratio));
    const pieces: Bytes[] = [];
    let bytes = 0;
    const outcome = await unpack(coding, packed, (piece) => {
      pieces.push(piece);
      bytes += piece.byteLength;
      return bytes <= most;
    });
    if (outcome === "broken") return contentUndecodable({ because: { coding } });
    if (outcome === "stopped") return contentTooLarge({ because: { boundBytes: most, coding, packedBytes: packed.byteLength } });
    this.#held = joinBytes(pieces);
    this.#fields?.remove("content-encoding");
    if (this.#fields?.one("content-length") !== undefined) this.#fields.set("content-length", String(bytes));
    return undefined;
  }

  pass(gauge: Gauge): Problem | undefined {
    const held = this.#held;
    if (held === undefined) {
      this.#gauge = this.#gauge === undefined ? gauge : inTurn(this.#gauge, gauge);
      return undefined;
    }
    if (!(held instanceof Uint8Array)) return held;
    for (const judged of [gauge.take(held), gauge.end()]) if (!(judged instanceof Uint8Array)) return judged;
    return undefined;
  }

  /** What is left of it behind a gauge that takes from it; nobody knows how much ahead. This one is used up. */
  trimmed(gauge: Gauge): Content {
    const source: Source = {
      open: (sink) => this.stream(new GaugedSink(gauge, sink, () => this.cancel())),
      pause: () => this.pause(),
      resume: () => this.resume(),
      cancel: () => this.cancel(),
    };
    return new Content(source, undefined);
  }

  /** Whether bytes have been taken from the source that only this object still has. */
  get begun(): boolean {
    return this.#beginning !== undefined;
  }

  /** Whether somebody wants more and it is the sender who keeps him waiting. */
  get awaited(): boolean {
    return this.#flowing && !this.#paused;
  }

  /** Lets the body flow into `sink`: at once when it is held, else as it comes, ended by `fail` beyond the bound. */
  stream(taker: Sink): void {
    const sink: Sink = this.#gauge === undefined ? taker : new GaugedSink(this.#gauge, taker, () => this.cancel());
    const held = this.#held;
    if (held !== undefined) {
      if (!(held instanceof Uint8Array)) return sink.fail(held);
      if (held.byteLength > 0) sink.data(held);
      return sink.end();
    }
    if (this.declared !== undefined && this.declared > this.#bound) return sink.fail(this.#refuse());
    let over = false;
    this.#flowing = true;
    const isWithin = (chunk: Uint8Array): boolean => {
      if (over) return false;
      this.passed += chunk.byteLength;
      if (this.passed <= this.#bound) return true;
      over = true;
      sink.fail(this.#refuse());
      return false;
    };
    const noted = (more: boolean): boolean => {
      this.#paused = !more;
      return more;
    };
    this.#source?.open({
      data: (chunk) => isWithin(chunk) && noted(sink.data(chunk)),
      lend: sink.lend === undefined ? undefined : (chunk) => isWithin(chunk) && noted(sink.lend?.(chunk) ?? false),
      end: () => {
        this.#flowing = false;
        if (!over) sink.end();
      },
      fail: (why) => {
        this.#flowing = false;
        if (!over) sink.fail(why);
      },
    });
  }

  pause(): void {
    this.#paused = true;
    this.#source?.pause?.();
  }

  resume(): void {
    this.#paused = false;
    this.#source?.resume?.();
  }

  cancel(): void {
    this.#source?.cancel?.();
  }

  #refuse(): Problem {
    this.cancel();
    return contentTooLarge({ because: { boundBytes: this.#bound, declaredBytes: this.declared ?? null } });
  }

  #beginAtSource(): Beginning {
    const beginning = new Beginning(this.#source ?? EMPTY);
    this.#source = this.#beginning = beginning;
    return beginning;
  }

  /** What turned out to be the whole body is held from now on. */
  #settleBeginning({ fault, whole, bytes }: Beginning, wanted: number): Bytes | Problem {
    if (fault !== undefined) return (this.#held = fault);
    if (!whole) return bytes.subarray(0, wanted);
    this.passed = bytes.byteLength;
    this.#held = bytes.byteLength > this.#bound ? this.#refuse() : bytes;
    return this.#held instanceof Uint8Array ? this.#held.subarray(0, wanted) : this.#held;
  }

  #collect(): Promise<Bytes | Problem> {
    return new Promise((resolve) => {
      const settle = (outcome: Bytes | Problem): void => {
        this.#held = outcome;
        this.#gauge = undefined;
        resolve(outcome);
      };
      const gathering: Gathering = new Gathering(this.declared, () => settle(gathering.bytes), settle);
      this.stream(gathering);
    });
  }
}
