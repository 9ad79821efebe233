/** Remote: the operations of the script, with their answers read. What is no answer is a fault. */
import { hash } from "node:crypto";
import { limitName, type Limit } from "../store.ts";
import type { Link } from "./link.ts";
import { SCRIPT_UNITS_PER_MILLISECOND } from "./script.ts";

/** In front of every key: so that one can see whose they are, and give rights to them alone. */
export const KEY_PREFIX = "sallyport:";
/** 132 bits: two names of one key would share a budget. */
const KEY_CHARACTERS = 22;

/**
 * The key of a name: its hash, so that no name is told to the servers, has a length, or holds a brace, which would let a
 * caller choose the part of the cluster that serves him.
 */
export function keyOf(kind: string, name: string, owner: string): string {
  return KEY_PREFIX + hash("sha256", limitName(kind, name, owner), "base64url").slice(0, KEY_CHARACTERS);
}

/** A limit in the units of the script. */
export interface Scale {
  readonly worth: number;
  readonly most: number;
  readonly deepest: number;
}

export function scaleOf({ capacity, window, debt = 0 }: Limit): Scale {
  const worth = Math.ceil((window * SCRIPT_UNITS_PER_MILLISECOND) / capacity);
  return { worth, most: worth * capacity, deepest: worth * capacity + debt * SCRIPT_UNITS_PER_MILLISECOND };
}

export interface Grant {
  readonly granted: number;
  readonly left: number;
  readonly waitMilliseconds: number;
}

/** @param want at most, @param least at least; @param brought units that this process knows to be owed */
export async function take(link: Link, key: string, { worth, most, deepest }: Scale, want: number, least: number, brought: number): Promise<Grant> {
  const [granted, left, waitMilliseconds] = numbers(await link.call(key, ["take", ...written(worth, most, deepest, want, least, brought)]), 3);
  return { granted: granted ?? Number.NaN, left: left ?? Number.NaN, waitMilliseconds: waitMilliseconds ?? Number.NaN };
}

export async function charge(link: Link, key: string, { worth, deepest }: Scale, tokens: number): Promise<void> {
  await link.call(key, ["charge", ...written(worth, deepest, tokens)]);
}

export async function stamp(link: Link, key: string, capacity: number, windowMilliseconds: number, cost: number, brought: number): Promise<Grant> {
  const [granted, left, waitMilliseconds] = numbers(await link.call(key, ["stamp", ...written(capacity, windowMilliseconds * 1_000, cost, brought)]), 3);
  return { granted: granted ?? Number.NaN, left: left ?? Number.NaN, waitMilliseconds: waitMilliseconds ?? Number.NaN };
}

export async function ask(link: Link, key: string, ...words: readonly (string | number)[]): Promise<number> {
  const [answer] = numbers([await link.call(key, words.map(String))], 1);
  return answer ?? Number.NaN;
}

export async function askTwo(link: Link, key: string, ...words: readonly (string | number)[]): Promise<readonly [number, number]> {
  const [first, second] = numbers(await link.call(key, words.map(String)), 2);
  return [first ?? Number.NaN, second ?? Number.NaN];
}

function written(...values: readonly number[]): string[] {
  return values.map((value) => String(Math.ceil(value)));
}

function numbers(reply: unknown, count: number): readonly number[] {
  const list = Array.isArray(reply) ? (reply as readonly unknown[]).map(Number) : [];
  if (list.length !== count || !list.every(Number.isFinite)) throw new TypeError("the server gave no answer");
  return list;
}
