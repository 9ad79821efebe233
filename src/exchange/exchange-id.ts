/**
 * Exchange id: names one exchange, to the caller, the API and the audit log: a random UUID (RFC 9562, section 5.4).
 *
 * Made many at a time, as one text that each id is cut from: the same random bits as crypto.randomUUID gives, for a
 * quarter of what making them one by one, and joining their twenty pieces wherever an id is written, costs.
 */
import { randomFillSync } from "node:crypto";

/** Ids of one making. */
export const IDS_MADE = 128;

const CHARACTERS = 36;
const BYTES = 16;
const DASH = 0x2d;
const HEX = Buffer.from("0123456789abcdef");
/** Bytes in front of which a dash stands. */
const DASHED: ReadonlySet<number> = new Set([4, 6, 8, 10]);

const random = Buffer.alloc(IDS_MADE * BYTES);
const written = Buffer.alloc(IDS_MADE * CHARACTERS);
let text = "";
let next = IDS_MADE;

export function newExchangeId(): string {
  if (next === IDS_MADE) make();
  const at = next++ * CHARACTERS;
  return text.slice(at, at + CHARACTERS);
}

function make(): void {
  randomFillSync(random);
  let to = 0;
  for (let from = 0; from < random.byteLength; from++) {
    const index = from % BYTES;
    const byte = versioned(random[from] ?? 0, index);
    if (DASHED.has(index)) written[to++] = DASH;
    written[to++] = HEX[byte >> 4] ?? 0;
    written[to++] = HEX[byte & 15] ?? 0;
  }
  text = written.toString("latin1");
  // Ids that have been given away are nobody's to read here.
  random.fill(0);
  next = 0;
}

/** Version 4, variant 10. */
function versioned(byte: number, index: number): number {
  return index === 6 ? (byte & 0x0f) | 0x40 : index === 8 ? (byte & 0x3f) | 0x80 : byte;
}
