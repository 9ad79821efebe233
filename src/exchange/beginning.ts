/**
 * Beginning: the first bytes of a body, taken for a look and given back to whoever takes the whole.
 *
 * What a file is shows in its first bytes; to hold all of a large one for that would cost its size in memory for every
 * upload. So its source is asked for a little, made to wait, and goes on where it was.
 */
import type { Sink, Source } from "./content.ts";
import type { Problem } from "./problem.ts";

const NOTHING = new Uint8Array(0);

export class Beginning implements Source, Sink {
  readonly #source: Source;
  #chunks: Uint8Array[] = [];
  #bytes = 0;
  #wanted = 0;
  #opened = false;
  #told: (() => void) | undefined;
  #sink: Sink | undefined;
  #ended = false;
  #fault: Problem | undefined;

  constructor(source: Source) {
    this.#source = source;
  }

  /** The body came to its end within what has been taken. */
  get whole(): boolean {
    return this.#ended;
  }

  get fault(): Problem | undefined {
    return this.#fault;
  }

  /** What has been taken: at least as much as was wanted, unless that is all there is. */
  get bytes(): Uint8Array {
    if (this.#chunks.length > 1) this.#chunks = [Buffer.concat(this.#chunks)];
    return this.#chunks[0] ?? NOTHING;
  }

  /** Calls back once, when `bytes` are here or no more will come. */
  want(bytes: number, told: () => void): void {
    this.#wanted = bytes;
    if (this.#opened && this.#isEnough) return told();
    this.#told = told;
    if (this.#opened) return this.#source.resume?.();
    this.#opened = true;
    this.#source.open(this);
  }

  // What the source tells.

  data(chunk: Uint8Array): boolean {
    if (this.#sink !== undefined) return this.#sink.data(chunk);
    this.#chunks.push(chunk);
    this.#bytes += chunk.byteLength;
    if (!this.#isEnough) return true;
    this.#tell();
    // Whoever cannot be asked to go on is not asked to wait: it would wait forever.
    return this.#source.resume === undefined;
  }

  end(): void {
    if (this.#sink !== undefined) return this.#sink.end();
    this.#ended = true;
    this.#tell();
  }

  fail(why: Problem): void {
    if (this.#sink !== undefined) return this.#sink.fail(why);
    this.#fault = why;
    this.#tell();
  }

  // What the reader of the whole asks.

  open(sink: Sink): void {
    let more = true;
    for (const chunk of this.#chunks.splice(0)) more = sink.data(chunk);
    if (this.#fault !== undefined) return sink.fail(this.#fault);
    if (this.#ended) return sink.end();
    this.#sink = sink;
    if (more) this.#source.resume?.();
  }

  pause(): void {
    this.#source.pause?.();
  }

  resume(): void {
    this.#source.resume?.();
  }

  cancel(): void {
    this.#source.cancel?.();
  }

  get #isEnough(): boolean {
    return this.#bytes >= this.#wanted || this.#ended || this.#fault !== undefined;
  }

  #tell(): void {
    const told = this.#told;
    if (told === undefined || !this.#isEnough) return;
    this.#told = undefined;
    told();
  }
}
