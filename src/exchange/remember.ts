/**
 * Remember: what a function made of a text, kept for the next time that the same text comes.
 *
 * Callers write the same few field names, hosts and media types again and again, and what is true of a text stays true.
 * Texts are the caller's, so both their number and their length are bounded: a longer one is worked out each time, and
 * when the memory is full it begins anew. Whoever floods it makes everything as slow as it was without, not slower.
 * Nothing secret may go in here: what is kept stays for as long as the process runs.
 */

/** Texts that one memory keeps, unless it says otherwise: of some memories there is one per operation. */
export const REMEMBERED_MAX = 256;
/** Longest text that is kept, in characters. */
export const REMEMBERED_CHARACTERS_MAX = 128;

/** @param make pure: what it says of a text must not depend on anything else */
export function remember<Made extends boolean | number | string | object>(make: (text: string) => Made, textsMax: number = REMEMBERED_MAX): (text: string) => Made {
  const known = new Map<string, Made>();
  return (text) => known.get(text) ?? (text.length > REMEMBERED_CHARACTERS_MAX ? make(text) : learn(known, copyOf(text), make, textsMax));
}

function learn<Made>(known: Map<string, Made>, text: string, make: (text: string) => Made, textsMax: number): Made {
  const made = make(text);
  if (known.size >= textsMax) known.clear();
  known.set(text, made);
  return made;
}

/**
 * The same text in one piece of its own: one that was cut out of a message would keep the whole message, and so would
 * what is made of it; one that was joined would be joined anew wherever it is used.
 */
export function copyOf(text: string): string {
  const copy = Buffer.from(text, "latin1").toString("latin1");
  return copy === text ? copy : Buffer.from(text, "utf16le").toString("utf16le");
}
