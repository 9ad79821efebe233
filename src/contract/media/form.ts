/**
 * Form: `application/x-www-form-urlencoded` as an object, each member read as the contract encodes it.
 */
import type { Validator } from "../operation.ts";
import type { Decode } from "./decode.ts";
import { type FormPair, readFormPairs } from "./form-text.ts";
import { type Members, membersReader } from "./members.ts";

export function formDecoder(members: Members<FormPair>, validator: Validator | undefined): Decode {
  const read = membersReader(members, validator);
  return (bytes, _type, bounds) => {
    const pairs = readFormPairs(bytes, bounds);
    return "keyword" in pairs ? { findings: [pairs] } : read(pairs, bounds);
  };
}
