/**
 * Evasions: what each way to write an attack otherwise costs, over attacks of our own that are found as they are.
 *
 * The attacks are made by grammar, dialect by context by technique, and every operator is put to the families in which the attack
 * stays one. A line per operator: found of written otherwise, and a bar two points below all of them.
 */
import { look } from "../../src/detection/look.ts";
import { ATTACKS } from "../detection/generator/attacks.ts";
import { type Evasion, EVASIONS } from "../detection/generator/evasions.ts";
import { type Score, writeScores } from "./score.ts";

/** Points that an evasion may cost against what is not evaded. */
export const EVASION_POINTS_MAX = 2;

const SHOWN_CHARACTERS = 120;

export function scoreEvasions(): Promise<readonly Score[]> {
  const plain = ATTACKS.filter(({ text }) => isFound(text));
  const whole: Score = { name: "attacks of our own, as they are", passed: plain.length, total: ATTACKS.length, bar: Math.ceil(ATTACKS.length * 0.99), failures: ATTACKS.filter(({ text }) => !isFound(text)).map(({ text }) => text) };
  return Promise.resolve([whole, ...EVASIONS.map((evasion) => scoreEvasion(evasion))]);
}

/** Of the attacks that are found as they are. */
export function scoreEvasion({ name, families, write }: Evasion): Score {
  const attacks = ATTACKS.filter(({ family, text }) => families.includes(family) && isFound(text) && write(text) !== text);
  const missed = attacks.map(({ text }) => write(text)).filter((text) => !isFound(text));
  const points = ((100 * missed.length) / Math.max(1, attacks.length)).toFixed(1);
  return { name: `evasion: ${name}, ${points} points`, passed: attacks.length - missed.length, total: attacks.length, bar: Math.ceil((attacks.length * (100 - EVASION_POINTS_MAX)) / 100), failures: missed.map((text) => text.slice(0, SHOWN_CHARACTERS)) };
}

function isFound(text: string): boolean {
  return look(text, "text") !== undefined;
}

if (import.meta.main) process.stdout.write(`${writeScores(await scoreEvasions())}\n`);
