/** Read grant: what was said on the command line about what somebody may, the same for keys and for users. */
import { readJson } from "../contract/json.ts";
import { isJsonObject, type JsonObject } from "../contract/json-value.ts";

export type Said<Name extends string> = { readonly [K in Name]: string | undefined };
export type Wrong = { readonly wrong: string };

export interface Grant {
  readonly scopes: readonly string[];
  readonly claims: JsonObject;
  readonly plan: string | undefined;
}

export const NAME_CHARACTERS_MAX = 200;
export const LIST_MAX = 100;

export function readGrant({ scopes, claims, tenant, plan }: Said<"scopes" | "claims" | "tenant" | "plan">): Grant | Wrong {
  const listed = readList(scopes);
  if (!listed.every((scope) => /^[\x21\x23-\x5b\x5d-\x7e]+$/.test(scope)) || listed.length > LIST_MAX) return { wrong: "--scopes is a list such as orders:read,orders:write" };
  if (plan !== undefined && !isName(plan)) return { wrong: `--plan is no name: ${NAME_FORM}` };
  const read = readJson(Buffer.from(claims ?? "{}"));
  if ("wrong" in read || !isJsonObject(read.value)) return { wrong: "--claims is a JSON object" };
  return { scopes: listed, claims: { ...read.value, ...(tenant === undefined ? {} : { tenant }) }, plan };
}

export const NAME_FORM: string = `1 to ${NAME_CHARACTERS_MAX} characters on one line`;

export function isName(text: string): boolean {
  return text.length <= NAME_CHARACTERS_MAX && text.trim() === text && !/[\0-\x1f\x7f-\x9f]/.test(text);
}

export function readList(text: string | undefined): readonly string[] {
  return text === undefined ? [] : text.split(",").map((one) => one.trim());
}
