/**
 * Gauge: judges a body on its way, where there is no whole to wait for.
 */
import type { Bytes, Sink } from "./content.ts";
import type { Problem } from "./problem.ts";

/** Which bytes may go on now, or why none may any more. What it holds back it owes to `end`. */
export interface Gauge {
  readonly take: (chunk: Bytes) => Bytes | Problem;
  readonly end: () => Bytes | Problem;
}

const NOTHING: Bytes = new Uint8Array(0);

/** Stands before a sink, and shuts it for good at the first problem. */
export class GaugedSink implements Sink {
  readonly #gauge: Gauge;
  readonly #behind: Sink;
  readonly #cancel: () => void;
  #shut = false;

  constructor(gauge: Gauge, behind: Sink, cancel: () => void) {
    this.#gauge = gauge;
    this.#behind = behind;
    this.#cancel = cancel;
  }

  data(chunk: Bytes): boolean {
    if (this.#shut) return false;
    const judged = this.#gauge.take(chunk);
    if (judged instanceof Uint8Array) return judged.byteLength === 0 || this.#behind.data(judged);
    this.#refuse(judged);
    return false;
  }

  end(): void {
    if (this.#shut) return;
    const judged = this.#gauge.end();
    if (!(judged instanceof Uint8Array)) return this.#refuse(judged);
    this.#shut = true;
    if (judged.byteLength > 0) this.#behind.data(judged);
    this.#behind.end();
  }

  fail(why: Problem): void {
    if (this.#shut) return;
    this.#shut = true;
    this.#behind.fail(why);
  }

  #refuse(why: Problem): void {
    this.#cancel();
    this.fail(why);
  }
}

/** What the one lets go on, the other judges. */
export function inTurn(one: Gauge, other: Gauge): Gauge {
  const onward = (judged: Bytes | Problem): Bytes | Problem => (judged instanceof Uint8Array && judged.byteLength > 0 ? other.take(judged) : judged);
  return {
    take: (chunk) => onward(one.take(chunk)),
    end() {
      const first = onward(one.end());
      if (!(first instanceof Uint8Array)) return first;
      const last = other.end();
      return last instanceof Uint8Array ? joinBytes([first, last].filter(({ byteLength }) => byteLength > 0)) : last;
    },
  };
}

export function joinBytes(chunks: readonly Bytes[]): Bytes {
  const [first] = chunks;
  if (first === undefined) return NOTHING;
  return chunks.length === 1 ? first : Buffer.concat(chunks);
}
