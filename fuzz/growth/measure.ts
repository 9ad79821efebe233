/**
 * Growth: how much longer detectors take for twice the text, measured, for texts that repeat what they look for.
 *
 * `node fuzz/growth/measure.ts [characters]` takes the least of several samples of each length, and many more where something
 * seems to grow too fast, before it says so. It exits with 1 where something does, after some minutes. What is said of every
 * commit is counted instead: test/detection/growth.test.ts.
 */
import { GROWTH_MAX, READERS, REPEATED, repeat } from "./readers.ts";

const SAMPLES = 3;
const SAMPLES_IN_DOUBT = 60;

/**
 * Milliseconds of so many readings of texts that are made anew each time: nothing that an engine keeps of one helps with the next.
 * Two halves are as much as one whole: what is left for the collector to take away is the same.
 */
function sample(read: (text: string) => void, piece: string, characters: number, readings: number): number {
  const texts = Array.from({ length: readings }, () => repeat(piece, characters));
  // A search puts the repeats together to one text: that is not the reader's work.
  for (const text of texts) text.indexOf("\u{ffff}");
  const start = performance.now();
  for (const text of texts) read(text);
  return performance.now() - start;
}

/** Texts that are read in one sample: enough for a clock, and short enough to be left alone on a busy machine. */
const READINGS = 2;

/** The least of several samples, one length after the other: what disturbs one of them disturbs both. */
function growthOf(read: (text: string) => void, piece: string, characters: number): { readonly growth: number; readonly milliseconds: number } {
  let [half, whole] = [Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY];
  for (let round = 0; round < SAMPLES || (whole / half >= GROWTH_MAX && round < SAMPLES_IN_DOUBT); round++) {
    half = Math.min(half, sample(read, piece, characters / 2, 2 * READINGS) / (2 * READINGS));
    whole = Math.min(whole, sample(read, piece, characters, READINGS) / READINGS);
  }
  return { growth: whole / half, milliseconds: whole };
}

function measure(characters: number): boolean {
  let sound = true;
  for (const [reader, read] of Object.entries(READERS)) {
    const rows = REPEATED.map((piece) => ({ piece, ...growthOf(read, piece, characters) }));
    const [steepest, slowest] = [rows.toSorted((one, other) => other.growth - one.growth)[0], rows.toSorted((one, other) => other.milliseconds - one.milliseconds)[0]];
    if (steepest === undefined || slowest === undefined) continue;
    const tooMuch = rows.filter(({ growth }) => growth >= GROWTH_MAX);
    console.log(`${reader.padEnd(9)} steepest ${steepest.growth.toFixed(2)} times for twice ${JSON.stringify(steepest.piece)}, slowest ${slowest.milliseconds.toFixed(0)} ms for ${characters} characters of ${JSON.stringify(slowest.piece)}`);
    for (const { piece, growth } of tooMuch) console.log(`          TOO MUCH: ${growth.toFixed(2)} times for twice ${JSON.stringify(piece)}`);
    sound &&= tooMuch.length === 0;
  }
  return sound;
}

if (import.meta.main && !measure(Number(process.argv[2] ?? 262_144))) process.exitCode = 1;
