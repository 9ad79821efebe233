/**
 * Read decision: what a decision point answered, taken for a yes only where it is exactly that.
 *
 * `true` is the boolean and nothing that looks like it; an answer about several questions holds exactly as many decisions.
 * What cannot be read is no decision at all (AuthZEN, sections 6.2 and 7.2).
 */
import { isJsonObject, type Json, type JsonObject } from "../../../../guard.ts";
import { JSON_BOUNDS, readJson } from "../../../../contract/json.ts";

/** Bytes of an answer. */
export const ANSWER_BYTES_MAX = 65_536;
const BOUNDS = { ...JSON_BOUNDS, depth: 16, values: 10_000 };
/** Alphabet of RFC 9470, section 3, where the value travels in a challenge: no quotes and no backslashes. */
const ACR_VALUES = /^[\x20\x21\x23-\x5b\x5d-\x7e]{1,200}$/;

/** `stronger`: the classes of authentication with which the point would say yes, where it says so. */
export type Decision = { readonly permitted: true } | { readonly permitted: false; readonly stronger: string | undefined } | { readonly unavailable: string };

export const PERMITTED: Decision = { permitted: true };

/** @param many how many questions were asked at once; undefined: one, by itself */
export function readDecision(bytes: Uint8Array, many: number | undefined): Decision {
  const read = readJson(bytes, BOUNDS);
  if ("wrong" in read) return { unavailable: `answered with no JSON (${read.wrong.reason})` };
  const answers = many === undefined ? [read.value] : readList(read.value);
  if (answers === undefined || answers.length === 0) return { unavailable: "answered without a decision" };
  const decided = answers.filter(isDecision);
  if (decided.length !== answers.length) return { unavailable: "answered without a decision" };
  const refused = decided.find(({ decision }) => !decision);
  if (refused !== undefined) return { permitted: false, stronger: readStronger(refused["context"]) };
  return answers.length === (many ?? 1) ? PERMITTED : { unavailable: `answered ${answers.length} of ${many ?? 1} questions` };
}

function readList(value: Json): readonly Json[] | undefined {
  const list = isJsonObject(value) ? value["evaluations"] : undefined;
  return Array.isArray(list) ? list : undefined;
}

function isDecision(value: Json): value is JsonObject & { readonly decision: boolean } {
  return isJsonObject(value) && Object.hasOwn(value, "decision") && typeof value["decision"] === "boolean";
}

function readStronger(reasons: Json | undefined): string | undefined {
  const values = isJsonObject(reasons) ? reasons["acr_values"] : undefined;
  return typeof values === "string" && ACR_VALUES.test(values) ? values : undefined;
}
